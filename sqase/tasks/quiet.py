"""Import ESPnet offline, silently and quickly; done on importing `sqase.tasks`.

ESPnet 202511 imports its whole text front end with every task: `g2p_en`
downloads two NLTK corpora while it is imported, `tacotron_cleaner` needs a GPL
package, and nothing of it is used by enhancement or quality assessment. While
ESPnet's text modules are imported, stand-ins take the place of those packages;
whoever calls one gets an ImportError that says so. `transformers`, optional there,
counts as absent meanwhile (5 s). `typeguard` re-parses every
decorated function at import (about 8 s of CPU time); its decorator becomes a
no-op.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import io
import sys
import types
import warnings
from typing import Iterator

_TEXT_FRONT_END = (
    "g2p_en",
    "jamo",
    "tacotron_cleaner",
    "tacotron_cleaner.cleaners",
    "jaconv",
    "jaconv.jaconv",
)


class _Unused(types.ModuleType):
    """Stands in for a module that no task of this package calls."""

    def __init__(self, name: str):
        super().__init__(name)
        self.__spec__ = importlib.machinery.ModuleSpec(name, loader=None)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if f"{self.__name__}.{name}" in _TEXT_FRONT_END:
            return _stand_ins[f"{self.__name__}.{name}"]
        raise ImportError(
            f"{self.__name__}.{name}: the text front end of ESPnet is not loaded by "
            f"{__name__}. Import espnet2 without it to use {self.__name__}"
        )


@contextlib.contextmanager
def _replaced(modules: dict) -> Iterator[None]:
    """Put modules (None: absent) in place of those not yet imported, for a while."""
    absent = {name: m for name, m in modules.items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _skip_typeguard() -> None:
    import typeguard

    def typechecked(function=None, **options):
        return function if function is not None else lambda decorated: decorated

    typeguard.typechecked = typechecked


_skip_typeguard()
for _message in (r".*torch\.cuda\.amp\..*is deprecated.*", r".*bss_eval_sources.*"):
    warnings.filterwarnings("ignore", message=_message, category=FutureWarning)
# a statistic that is NaN in a whole epoch: a kind of row that did not occur
warnings.filterwarnings("ignore", message="No valid stats found", category=UserWarning)
_stand_ins = {name: _Unused(name) for name in _TEXT_FRONT_END}
with contextlib.redirect_stdout(io.StringIO()):  # "Failed to import Flash Attention"
    with _replaced({"transformers": None}):
        with _replaced(_stand_ins):
            import espnet2.text.build_tokenizer  # noqa: F401
            import espnet2.text.cleaner  # noqa: F401
        import espnet2.tasks.enh  # noqa: F401
