"""The mean of some members of the committee: an enhancer that nobody trained."""

import numpy as np


def subset_mean(*, members, rng, **_):
    """Drawn: how many members, from two to all, and which."""
    count = rng.integers(min(2, len(members)), len(members) + 1)
    drawn = rng.choice(list(members), count, replace=False)
    return np.mean([members[name] for name in drawn], axis=0)
