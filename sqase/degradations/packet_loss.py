"""Lost packets in bursts (Gilbert, 1960), concealed simply or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

PACKET_S = 0.02
FADE = 0.7  # of each repetition, so that a long burst dies away


@dataclass(frozen=True)
class PacketLoss:
    """Lose packets of 20 ms."""

    rate: float  # of the packets, expected
    burst: float  # mean length of a loss, packets
    repeats: bool  # a lost packet repeats the one before it, fading; else it is silent
    possible: ClassVar = {"rate": (0.0, 0.5), "burst": (1, 100)}

    @classmethod
    def draw(
        cls, rng: np.random.Generator, *, rate=(0.02, 0.25), burst=(1, 4)
    ) -> PacketLoss:
        """Half of them repeat."""
        return cls(rng.uniform(*rate), rng.uniform(*burst), bool(rng.integers(2)))

    def apply(
        self, wave: np.ndarray, sample_rate: int, rng: np.random.Generator
    ) -> np.ndarray:
        """See `sqase.degradations`; which packets are lost is drawn."""
        size = round(PACKET_S * sample_rate)
        count = -(-len(wave) // size)
        packets = np.pad(wave, (0, count * size - len(wave))).reshape(count, size)
        starts, goes_on = self.rate / (self.burst * (1 - self.rate)), 1 - 1 / self.burst
        lost = False
        for index, draw in enumerate(rng.random(count)):
            lost = draw < (goes_on if lost else starts)
            if lost:
                before = packets[index - 1] if self.repeats and index else 0
                packets[index] = FADE * before
        return packets.ravel()[: len(wave)]
