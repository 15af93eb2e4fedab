"""The committee: the plain mean of what all other published enhancers make."""

import hashlib
import logging
from collections.abc import Collection

import numpy as np

from sqase.published import PUBLISHED
from sqase.published.base import System


class Committee(System):
    """The mean of the waveforms of those that are installed.

    They are aligned and err in different places: it is better than each of them.

    Args:
        names: of those that are members alone; None for all.
    """

    def __init__(self, names: Collection[str] | None = None):
        members = self.present(names)
        if not members:
            raise FileNotFoundError(
                "committee: expected published enhancers, got none installed. Install "
                "them as tools/install.sh does, from tools/published.txt"
            )
        wanted = set(PUBLISHED if names is None else names) - {"committee"}
        missing = sorted(wanted - set(members))
        if missing:
            logging.warning("committee: without %s, not installed", ", ".join(missing))
        self.names = list(members)
        self.members = [member() for member in members.values()]
        self.parameters = sum(member.parameters for member in self.members)

    def expect_several(self) -> None:
        """Refuse to be a committee of one.

        Raises:
            ValueError: fewer than two members.
        """
        if len(self.members) < 2:
            raise ValueError(
                f"committee: expected two members or more, got {self.names[0]} alone. "
                "Install the others as tools/install.sh does, from tools/published.txt"
            )

    @staticmethod
    def present(names: Collection[str] | None = None) -> dict[str, type[System]]:
        """Those that may be members and are installed; name -> class."""
        others = {
            name: PUBLISHED.load(name)
            for name in PUBLISHED
            if name != "committee" and (names is None or name in names)
        }
        return {name: other for name, other in others.items() if other.installed()}

    @classmethod
    def installed(cls):
        """Whether one of the others is there."""
        return bool(cls.present())

    @classmethod
    def digest(cls, names: Collection[str] | None = None):
        """SHA-256 that stands for the files of all members."""
        digests = "".join(member.digest() for member in cls.present(names).values())
        return hashlib.sha256(digests.encode()).hexdigest()

    def each(self, noisy: np.ndarray, level: float | None = None) -> np.ndarray:
        """As a call, but what each member makes: (time, members), as `names` has them.

        Read as one channel, a file of it is the committee.
        """
        return np.stack([member(noisy) for member in self.members], axis=1)

    def enhance(self, noisy):
        return self.each(noisy).mean(axis=1)
