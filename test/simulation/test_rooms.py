"""Simulated rooms reverberate for as long as was drawn, and are where it says."""

import numpy as np
import pytest

from sqase.runtime.seeding import rng_for
from sqase.simulation.rooms import MARGIN_M, SimulatedRoom

LIMITS = {
    "size_m": [3, 8],
    "height_m": [2.4, 4],
    "rt60_s": [0.2, 0.8],
    "distance_m": [0.3, 2],
}
RATE = 16000


def reverberation_time(response: np.ndarray) -> float:
    """From the decay between -5 and -35 dB (Schroeder, 1965)."""
    energy = np.cumsum(response[::-1].astype(float) ** 2)[::-1]
    decay = 10 * np.log10(energy / energy[0])
    part = (decay < -5) & (decay > -35)
    slope, _ = np.polyfit(np.flatnonzero(part) / RATE, decay[part], 1)
    return -60 / slope


def test_the_reverberation_time_is_near_the_drawn():
    rooms = [SimulatedRoom.draw(rng_for(f"{n}", 1), LIMITS) for n in range(12)]
    assert max(room.rt60_s for room in rooms) > 0.6
    assert min(room.rt60_s for room in rooms) < 0.3
    for number, room in enumerate(rooms):
        measured = reverberation_time(room.response(rng_for(f"{number}", 2)))
        assert measured == pytest.approx(room.rt60_s, rel=0.2)


def test_the_direct_path_is_as_long_as_the_distance():
    near, far = (
        SimulatedRoom(5, 4, 3, 0.3, distance).response(rng_for("x", 1))
        for distance in (0.5, 1.5)
    )
    delay = (np.argmax(np.abs(far)) - np.argmax(np.abs(near))) / RATE
    assert 343 * delay == pytest.approx(1.0, abs=0.05)
    assert np.abs(near).max() / np.abs(far).max() == pytest.approx(3, rel=0.2)


def test_a_response_is_the_same_for_the_same_generator_alone():
    room = SimulatedRoom(5, 4, 3, 0.3, 1.0)
    first, again, other = (room.response(rng_for(utt, 1)) for utt in "aab")
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or not np.allclose(first, other)


def test_what_is_drawn_fits_the_room():
    large = {"size_m": [3, 20], "height_m": [4, 8], "distance_m": [1, 9]}
    lowered = raised = 0
    for number in range(50):
        rng = rng_for(f"{number}", 1)
        room = SimulatedRoom.draw(rng, {**large, "rt60_s": [0.1, 0.2]})
        assert min(room.length_m, room.width_m) - 2 * MARGIN_M >= room.distance_m
        lowered += room.distance_m < 1 or room.distance_m == (
            min(room.length_m, room.width_m) - 2 * MARGIN_M
        )
        raised += room.rt60_s > 0.2
    assert lowered > 5 and raised > 5
    assert len(room.response(rng)) > 1000
