"""Simulated rooms, where no folder of room responses is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sqase.simulation import SAMPLE_RATE

MARGIN_M = 0.5  # of the mouth and the microphone to the walls
MAX_ABSORPTION = 0.6  # of the walls; Sabine's formula does not hold for more
_HEIGHT_M = (1.0, 1.8)  # of the mouth and the microphone
_SCATTERING = 0.1  # share of what a wall reflects that goes anywhere
_SPEED_OF_SOUND = 343.0  # m/s


@dataclass(frozen=True)
class SimulatedRoom:
    """A box whose walls absorb alike, and a mouth at a distance of the microphone."""

    length_m: float
    width_m: float
    height_m: float
    rt60_s: float  # reverberation time
    distance_m: float
    possible: ClassVar = {
        "size_m": (2, 50),
        "height_m": (2, 20),
        "rt60_s": (0.1, 3),
        "distance_m": (0.1, 20),
    }

    @classmethod
    def draw(
        cls, rng: np.random.Generator, limits: Mapping[str, Sequence[float]]
    ) -> SimulatedRoom:
        """Draw a room, everything evenly.

        A reverberation time that is too short for the room, by Sabine's formula, is
        raised to the shortest it can have; a distance is lowered to what fits.

        Args:
            rng: of the draws.
            limits: of each in `possible`; `size_m` is for length and width.
        """
        length, width = rng.uniform(*limits["size_m"], 2).tolist()
        height = rng.uniform(*limits["height_m"])
        walls = 2 * (length * width + length * height + width * height)
        seconds = 24 * np.log(10) / _SPEED_OF_SOUND * length * width * height / walls
        rt60 = max(rng.uniform(*limits["rt60_s"]), float(seconds / MAX_ABSORPTION))
        distance = rng.uniform(*limits["distance_m"])
        fits = min(length, width) - 2 * MARGIN_M
        return cls(length, width, height, rt60, min(distance, fits))

    def response(self, rng: np.random.Generator) -> np.ndarray:
        """Its impulse response between two places, `(taps,)` at `SAMPLE_RATE`.

        By pyroomacoustics: image sources up to the third order, then ray tracing.

        Args:
            rng: of the microphone's place and the direction to the mouth, which is as
                high, and of the rays.
        """
        import pyroomacoustics

        pyroomacoustics.random.seed(int(rng.integers(2**31)))
        pyroomacoustics.constants.set("num_threads", 1)
        size = np.array([self.length_m, self.width_m, self.height_m])
        angle = rng.uniform(0, 2 * np.pi)
        step = self.distance_m * np.array([np.cos(angle), np.sin(angle)])
        low = MARGIN_M + np.maximum(0, -step)
        high = size[:2] - MARGIN_M - np.maximum(0, step)
        microphone = np.array([*rng.uniform(low, high), rng.uniform(*_HEIGHT_M)])
        absorption, _ = pyroomacoustics.inverse_sabine(
            self.rt60_s, size, _SPEED_OF_SOUND
        )
        room = pyroomacoustics.ShoeBox(
            size,
            fs=SAMPLE_RATE,
            materials=pyroomacoustics.Material(absorption, _SCATTERING),
            max_order=3,
            ray_tracing=True,
        )
        room.set_ray_tracing(receiver_radius=MARGIN_M)
        room.add_source(microphone + [*step, 0.0])
        room.add_microphone(microphone)
        room.compute_rir()
        return room.rir[0][0]
