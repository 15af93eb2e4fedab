"""What a distortion is applied to."""

import numpy as np


def any_source(
    rng: np.random.Generator,
    *,
    noisy: np.ndarray,
    reference: np.ndarray,
    enhanced: np.ndarray,
) -> np.ndarray:
    """One of the three signals, enhanced speech as often as the others together:
    a distortion then also meets what the assessor hears most."""
    return (enhanced, enhanced, noisy, reference)[rng.integers(4)]
