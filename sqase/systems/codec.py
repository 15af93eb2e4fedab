"""Lossy coding and decoding."""

from sqase.degradations.codec import Codec
from sqase.systems.source import any_source


def codec(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Code one of the signals; strengths as `Codec` draws them."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    return Codec.draw(rng).apply(wave, sample_rate, rng)
