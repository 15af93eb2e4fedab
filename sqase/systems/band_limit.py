"""A narrower band, as telephones and cheap microphones have it."""

from sqase.degradations.band_limit import BandLimit
from sqase.systems.source import any_source


def band_limit(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Narrow the band of one of the signals; strengths as `BandLimit` draws them."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    return BandLimit.draw(rng).apply(wave, sample_rate, rng)
