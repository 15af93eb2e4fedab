"""Hard clipping, as an overdriven recording has it."""

import numpy as np

from sqase.systems.source import any_source


def clipping(*, noisy, reference, enhanced, rng, **_):
    """Clip one of the signals.

    Drawn: the share of the samples that is clipped, 0.2 to 20 %.
    """
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    share = 10 ** rng.uniform(np.log10(0.002), np.log10(0.2))
    limit = np.quantile(np.abs(wave), 1 - share)
    return np.clip(wave, -limit, limit)
