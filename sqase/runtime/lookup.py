"""Tables of names: ``name -> "module:attribute"``, imported on first use.

A missing optional package then hurts only who asks for the entry that needs it.
"""

import difflib
import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def close_names(name: str, known: Iterable[str]) -> str:
    """Known names that may have been meant, likeliest first; empty if there is none.

    >>> close_names("pesq", ["pesq_wb", "pesq_nb", "lsd"])
    'pesq_wb or pesq_nb'
    """
    return " or ".join(difflib.get_close_matches(name, known, n=3))


def check_names(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse the first name that is not known.

    Raises:
        ValueError: the message holds close matches and all names.
    """
    known = list(known)
    for name in names:
        if name not in known:
            close = close_names(name, known)
            hint = f"did you mean {close}? " if close else ""
            raise ValueError(
                f"unknown {kind} {name!r}: {hint}Known: {', '.join(known)}"
            )


class Table:
    """One visible table of a kind of thing ("metric", "backbone", ...).

    Args:
        kind: what an entry is, as errors should call it.
        entries: name -> "module:attribute".

    >>> numbers = Table("number", {"pi": "math:pi", "tau": "math:tau"})
    >>> list(numbers), "pi" in numbers, numbers.load("pi") > 3
    (['pi', 'tau'], True, True)
    >>> numbers.load("pie")
    Traceback (most recent call last):
    ...
    ValueError: unknown number 'pie': did you mean pi? Known: pi, tau
    """

    def __init__(self, kind: str, entries: Mapping[str, str]):
        self.kind = kind
        self._entries: dict[str, str] = {}
        for name, target in entries.items():
            self.register(name, target)

    def register(self, name: str, target: str) -> None:
        """Add one entry.

        Raises:
            ValueError: the name is taken, or the target is not "module:attribute".
        """
        if name in self._entries:
            raise ValueError(
                f"{self.kind} {name!r}: already registered as {self._entries[name]}. "
                "Choose another name"
            )
        module, colon, attribute = target.partition(":")
        if not (module and colon and attribute):
            raise ValueError(
                f'{self.kind} {name!r}: expected "module:attribute", got {target!r}'
            )
        self._entries[name] = target

    def load(self, name: str) -> Any:
        """Import and return the entry.

        Raises:
            ValueError: no such name; the message holds close matches and all names.
        """
        module = importlib.import_module(self.module(name))
        return getattr(module, self._entries[name].partition(":")[2])

    def module(self, name: str) -> str:
        """The module that ``load`` imports for this name."""
        self.check([name])
        return self._entries[name].partition(":")[0]

    def check(self, names: Iterable[str]) -> None:
        """Raise the error of ``load`` for the first unknown name, importing nothing."""
        check_names(self.kind, names, self)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
