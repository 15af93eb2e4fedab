"""Hard clipping, as an overdriven recording has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Clipping:
    """Clip the loudest samples of either sign."""

    clipped: float  # share of the samples
    possible: ClassVar = {"clipped": (1e-4, 0.9)}

    @classmethod
    def draw(cls, rng: np.random.Generator, *, clipped=(0.002, 0.2)) -> Clipping:
        """Even in decades."""
        low, high = clipped
        return cls(10 ** rng.uniform(np.log10(low), np.log10(high)))

    def apply(self, wave: np.ndarray, sample_rate: int, rng) -> np.ndarray:
        """See `sqase.degradations`."""
        limit = np.quantile(np.abs(wave), 1 - self.clipped)
        return np.clip(wave, -limit, limit)
