"""PESQ: the modes are told apart and its failures are no numbers."""

import numpy as np
import signals
from pesq import pesq

from sqase.metrics import Score, score

RATE = 16000
NAMES = ["pesq_wb", "pesq_nb"]


def test_modes_are_those_of_the_package():
    clean = signals.speech_like(3, 1)
    wave = signals.mix(clean, signals.noise_like(3, 1), 15)
    scores = score(NAMES, reference=clean, enhanced=wave, sample_rate=RATE)
    assert scores["pesq_wb"].value == pesq(RATE, clean, wave, "wb")
    assert scores["pesq_nb"].value == pesq(RATE, clean, wave, "nb")
    assert scores["pesq_nb"].value - scores["pesq_wb"].value > 0.2


def test_no_utterances_is_null():
    """The package raises, or returns -7 that would end up in a mean."""
    speech = signals.speech_like(4, 11)
    steady = signals.mix(speech, signals.noise_like(4, 11), 0)
    given = score(["pesq_nb"], reference=steady, enhanced=speech, sample_rate=RATE)
    assert given["pesq_nb"] == Score(None, "PESQ: No utterances detected")


def test_long_signals_are_null():
    """Past 50 utterances the C code writes beyond its tables and ends the process."""
    pause = np.zeros(RATE // 2, np.float32)
    clean = np.tile(np.append(signals.speech_like(0.5, 1), pause), 90)
    wave = clean + signals.noise_like(90, 1)
    for given in score(
        NAMES, reference=clean, enhanced=wave, sample_rate=RATE
    ).values():
        assert given.value is None and given.reason == "PESQ: longer than 40 s"
