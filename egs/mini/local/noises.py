"""Made noise and made rooms: float32 `(time,)` from a count of samples and a generator.

Each kind draws its own details, so that no two recordings are alike.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.signal import fftconvolve

SAMPLE_RATE = 16000
Noise = Callable[[int, np.random.Generator], np.ndarray]


def coloured(samples: int, rng: np.random.Generator, *, slope_db: float) -> np.ndarray:
    """Steady noise with a slope in dB per octave: -3 pink, -6 brown, +3 blue."""
    return _shaped(samples, rng, lambda hz: hz ** (slope_db / (20 * np.log10(2))))


def band(
    samples: int, rng: np.random.Generator, *, low_hz: float, high_hz: float
) -> np.ndarray:
    """Pink noise in a band, its edges moved by up to a fifth."""
    low, high = low_hz * rng.uniform(0.8, 1.2), high_hz * rng.uniform(0.8, 1.2)
    return _shaped(samples, rng, lambda hz: ((hz > low) & (hz < high)) / hz**0.5)


def hum(samples: int, rng: np.random.Generator, *, hz: float) -> np.ndarray:
    """Harmonics of a note that drifts a little, as of mains or engines."""
    drift = 1 + 0.02 * slow(samples, rng, hz=1.0)
    phase = 2 * np.pi * np.cumsum(hz * drift) / SAMPLE_RATE
    strength = rng.uniform(0.2, 1.0, 30) / np.arange(1, 31)
    tones = sum(a * np.sin(n * phase) for n, a in enumerate(strength, 1))
    return tones + 0.05 * rng.standard_normal(samples)


def modulated(
    samples: int, rng: np.random.Generator, *, slope_db: float, hz: float
) -> np.ndarray:
    """Coloured noise that swells and fades about `hz` times a second."""
    swell = np.exp(1.5 * slow(samples, rng, hz=hz * rng.uniform(0.7, 1.4)))
    return swell * coloured(samples, rng, slope_db=slope_db)


def bursts(
    samples: int,
    rng: np.random.Generator,
    *,
    per_second: float,
    decay_s: float,
    low_hz: float,
) -> np.ndarray:
    """Strokes at random times that ring for `decay_s` above `low_hz`."""
    strokes = np.zeros(samples)
    count = max(1, rng.poisson(per_second * samples / SAMPLE_RATE))
    strokes[rng.integers(0, samples, count)] = rng.lognormal(0, 0.7, count)
    length = round(5 * decay_s * SAMPLE_RATE)
    ring = _shaped(length, rng, lambda hz: (hz > low_hz) / (1 + hz / 500) ** 2)
    ring *= np.exp(-np.arange(length) / (decay_s * SAMPLE_RATE))
    strokes = fftconvolve(strokes, ring)[:samples]
    return strokes + 0.01 * np.abs(strokes).max() * rng.standard_normal(samples)


def sweeps(
    samples: int, rng: np.random.Generator, *, hz: float, octaves: float, rate_hz: float
) -> np.ndarray:
    """A whistle that glides up and down: birds, sirens."""
    height = hz * 2 ** (octaves * np.clip(slow(samples, rng, hz=rate_hz), -2, 2) / 2)
    loudness = np.exp(slow(samples, rng, hz=rate_hz))
    phase = 2 * np.pi * np.cumsum(height) / SAMPLE_RATE
    return loudness * np.sin(phase) + 0.03 * rng.standard_normal(samples)


def slow(samples: int, rng: np.random.Generator, *, hz: float) -> np.ndarray:
    """A random curve of mean 0 and deviation 1 that turns about `hz` times a second."""
    points = max(4, round(2 * hz * samples / SAMPLE_RATE))
    curve = np.interp(
        np.linspace(0, points - 1, samples),
        np.arange(points),
        rng.standard_normal(points),
    )
    return (curve - curve.mean()) / curve.std()


def room(rng: np.random.Generator) -> np.ndarray:
    """Response of a room: direct path, a few reflections, a tail that decays.

    The time to fall by 60 dB is 0.2 to 0.9 s; the tail begins after 5 ms.
    """
    decay_s = rng.uniform(0.2, 0.9)
    time = np.arange(round(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    response = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay_s)
    response *= rng.uniform(0.02, 0.08) * (time > 0.005)
    first = rng.integers(40, 500, 8)
    response[first] += rng.uniform(-0.4, 0.4, 8) * np.exp(-first / 300)
    response[0] = 1.0
    return (0.9 * response).astype(np.float32)


def _shaped(
    samples: int,
    rng: np.random.Generator,
    gain: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """White noise times a gain over frequency in Hz (from 20 Hz)."""
    hz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(samples)) * (hz > 20)
    return np.fft.irfft(spectrum * gain(np.maximum(hz, 20)), samples)


KINDS: dict[str, Noise] = {
    "white": partial(coloured, slope_db=0),
    "pink": partial(coloured, slope_db=-3),
    "brown": partial(coloured, slope_db=-6),
    "deep": partial(coloured, slope_db=-9),
    "rumble": partial(band, low_hz=40, high_hz=300),
    "hiss": partial(band, low_hz=3000, high_hz=6500),
    "mid_band": partial(band, low_hz=400, high_hz=2500),
    "mains": partial(hum, hz=50),
    "engine": partial(hum, hz=83),
    "gusts": partial(modulated, slope_db=-6, hz=0.7),
    "pulsing": partial(modulated, slope_db=-3, hz=6),
    "crackle": partial(bursts, per_second=40, decay_s=0.003, low_hz=800),
    "knocks": partial(bursts, per_second=2, decay_s=0.05, low_hz=80),
    "typing": partial(bursts, per_second=7, decay_s=0.012, low_hz=500),
    "doors": partial(bursts, per_second=0.7, decay_s=0.1, low_hz=40),
    "wind": partial(modulated, slope_db=-9, hz=2),
    "crossing": partial(modulated, slope_db=-6, hz=0.15),
    "birds": partial(sweeps, hz=3000, octaves=1, rate_hz=8),
}
# Heard only in the sets whose references are withheld.
OTHER_KINDS: dict[str, Noise] = {
    "blue": partial(coloured, slope_db=3),
    "far": partial(coloured, slope_db=-8),
    "surf": partial(modulated, slope_db=-3, hz=0.2),
    "flutter": partial(modulated, slope_db=-1, hz=14),
    "turbine": partial(hum, hz=290),
    "hail": partial(bursts, per_second=90, decay_s=0.006, low_hz=200),
    "siren": partial(sweeps, hz=900, octaves=1.2, rate_hz=1),
    "low_band": partial(band, low_hz=150, high_hz=900),
}
