"""The published enhancers as systems: they hear the mixture, and nothing is drawn."""

import functools

from sqase.published import PUBLISHED
from sqase.published.base import SAMPLE_RATE
from sqase.sound import audio


@functools.cache
def __getattr__(name: str):
    """The system that runs a published enhancer; its weights are loaded on first use."""
    if name not in PUBLISHED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    load = functools.cache(PUBLISHED.load(name))

    def system(*, noisy, sample_rate, **_):
        """Enhance at 16 kHz: what is above 8 kHz is not in the result."""
        wave = audio.resample(noisy, sample_rate, SAMPLE_RATE)
        enhanced = load()(wave)
        return audio.resample(enhanced, SAMPLE_RATE, sample_rate)[: len(noisy)]

    return system
