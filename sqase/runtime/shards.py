"""Work that is cut into parts, to be done on several machines at once.

`utils/in_shards.sh` says in which order the parts run. They share nothing that two of
them write: each keeps what it has made in files of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """A part of the work; the default is all of it.

    Attributes:
        number: 1 to `parts`; 0 is no part, but what has to be done before them.
        parts: how many there are.
    """

    number: int = 1
    parts: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read "K/N".

        Raises:
            ValueError: it is something else.

        >>> Shard.parse("2/3").of("abcdefg")
        'be'
        """
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        shard = cls(*map(int, found.groups())) if found else cls(1, 0)
        if not (shard == cls() or 0 <= shard.number <= shard.parts > 1):
            raise ValueError(f"--shard: expected K/N with 0 <= K <= N, got {text!r}")
        return shard

    @property
    def whole(self) -> bool:
        """Whether this is all of the work, which joins what parts have made."""
        return self.parts == 1

    @property
    def alone(self) -> bool:
        """Whether no other part runs at the same time."""
        return self.whole or self.number == 0

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """The items of this part: every `parts`-th."""
        return items[self.number - 1 :: self.parts] if self.number else items[:0]

    def __str__(self) -> str:
        return f"{self.number}-of-{self.parts}"
