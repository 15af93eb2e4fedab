"""Enhanced speech as a slightly different mask would have made it."""

import numpy as np
from scipy.ndimage import zoom

from sqase.systems.stft import spectrum, waveform


def retouched(*, noisy, enhanced, sample_rate, rng, **_):
    """Change the enhancer's gains: all of them to a power, and smoothly at random.

    An enhancer changes its output in no other way while it is trained. Clips of one
    utterance that differ by this alone show an assessor what such changes are worth,
    and so which way its gradient has to point.

    Drawn: the power, 0.5 to 2; the spread of the random gains, 0 to 6 dB; how fast they
    vary, 4 to 24 times over the frequencies and once in 0.05 to 0.5 s.
    """
    spec = spectrum(enhanced, sample_rate)
    mixture = np.abs(spectrum(noisy, sample_rate))
    mask = np.clip(np.abs(spec) / (mixture + 1e-8), 1e-3, 1.0)
    seconds = len(enhanced) / sample_rate
    grid = rng.integers(4, 25), max(2, round(seconds / rng.uniform(0.05, 0.5)))
    decibels = rng.uniform(0, 6) * rng.standard_normal(grid)
    factors = [size / points for size, points in zip(spec.shape, grid)]
    gain = 10 ** (zoom(decibels, factors, order=1) / 20)
    power = 2 ** rng.uniform(-1, 1) - 1
    return waveform(spec * gain * mask**power, sample_rate, len(enhanced))
