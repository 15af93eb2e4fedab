"""A narrower band, as telephones and cheap microphones have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.signal import butter, sosfiltfilt


@dataclass(frozen=True)
class BandLimit:
    """Low-pass or band-pass, without delay (zero phase); -6 dB at the edges."""

    upper_hz: float
    lower_hz: float | None  # None: a low-pass
    possible: ClassVar = {"upper_hz": (1000, 8000), "lower_hz": (20, 900)}

    @classmethod
    def draw(
        cls, rng: np.random.Generator, *, upper_hz=(1500, 7000), lower_hz=(100, 500)
    ) -> BandLimit:
        """Half of them have a lower edge."""
        upper = rng.uniform(*upper_hz)
        return cls(upper, rng.uniform(*lower_hz) if rng.integers(2) else None)

    def apply(self, wave: np.ndarray, sample_rate: int, rng) -> np.ndarray:
        """See `sqase.degradations`; the upper edge is at most 45 % of the rate."""
        upper = min(self.upper_hz, 0.45 * sample_rate)
        if self.lower_hz is None:
            edges, kind = upper, "lowpass"
        else:
            edges, kind = (self.lower_hz, upper), "bandpass"
        return sosfiltfilt(butter(4, edges, kind, fs=sample_rate, output="sos"), wave)
