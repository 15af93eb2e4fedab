"""The published enhancers as systems: what they made of the mixture is a member's.

Nothing is drawn and no network is run here: see `sqase.bin.make_committee`.
"""

import functools

import numpy as np

from sqase.published import PUBLISHED


def committee(*, members, **_):
    """The plain mean of all members."""
    return np.mean(list(members.values()), axis=0)


@functools.cache
def __getattr__(name: str):
    """The system that is one published enhancer."""
    if name not in PUBLISHED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def system(*, members, **_):
        """What this member made."""
        return members[name]

    return system
