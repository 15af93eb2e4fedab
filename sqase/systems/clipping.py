"""Hard clipping, as an overdriven recording has it."""

from sqase.degradations.clipping import Clipping
from sqase.systems.source import any_source


def clipping(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Clip one of the signals; strengths as `Clipping` draws them."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    return Clipping.draw(rng).apply(wave, sample_rate, rng)
