"""Wind at the microphone: low, and in gusts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

LOWEST_HZ = 20.0  # microphones hear nothing below
GUST_HZ = 1.0  # gusts come and go at about this rate


@dataclass(frozen=True)
class Wind:
    """Add the noise of a wind, made up: ::

        (max(0, 1 + gustiness * v(t)))**2 * n(t)

    v is the wind's speed around its mean, Gaussian noise of unit variance with the
    power spectrum 1 / (1 + (f / 1 Hz)**2). A bare microphone hears the stagnation
    pressure, which goes with the square of the speed. n is Gaussian noise with the power
    spectrum (1 + (f / corner_hz)**2)**(-5/6) above 20 Hz: it falls with f**(-5/3), as
    turbulence does. See Lyons, Hart and Raspet, "As the Wind Blows", Acoustics Today,
    2021. It is a plain model that was fitted to no recording.
    """

    snr_db: float  # power of the signal over that of the wind
    gustiness: float  # standard deviation of the wind's speed over its mean
    corner_hz: float
    possible: ClassVar = {
        "snr_db": (-40, 80),
        "gustiness": (0, 1),
        "corner_hz": (10, 1000),
    }

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        *,
        snr_db=(-10, 15),
        gustiness=(0.1, 0.5),
        corner_hz=(30, 150),
    ) -> Wind:
        """The corner is even in octaves."""
        low, high = corner_hz
        snr, gusts = rng.uniform(*snr_db), rng.uniform(*gustiness)
        return cls(snr, gusts, low * (high / low) ** rng.random())

    def apply(
        self, wave: np.ndarray, sample_rate: int, rng: np.random.Generator
    ) -> np.ndarray:
        """See `sqase.degradations`; the wind is drawn."""
        hz = np.fft.rfftfreq(len(wave), 1 / sample_rate)
        spectrum = (1 + (hz / self.corner_hz) ** 2) ** (-5 / 6) * (hz > LOWEST_HZ)
        noise = _gaussian(spectrum, len(wave), rng)
        speed = _gaussian((hz > 0) / (1 + (hz / GUST_HZ) ** 2), len(wave), rng)
        wind = np.maximum(0, 1 + self.gustiness * speed / np.std(speed)) ** 2 * noise
        power = np.mean(np.square(wave, dtype=np.float64)) / np.mean(wind**2)
        return wave + np.sqrt(power * 10 ** (-self.snr_db / 10)) * wind


def _gaussian(
    spectrum: np.ndarray, samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Gaussian noise `(samples,)` with a power spectrum, of any level."""
    white = np.fft.rfft(rng.standard_normal(samples))
    return np.fft.irfft(np.sqrt(spectrum) * white, samples)
