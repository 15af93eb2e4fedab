"""STOI and ESTOI: no made-up 1e-5, no chance."""

import numpy as np
import pytest
import signals
from pystoi import stoi

from sqase.metrics import score

RATE = 16000
NAMES = ["stoi", "estoi"]


def scores(reference, enhanced):
    given = score(NAMES, reference=reference, enhanced=enhanced, sample_rate=RATE)
    return [given[name] for name in NAMES]


def test_equal_to_the_package():
    clean = signals.speech_like(3, 1)
    wave = signals.mix(clean, signals.noise_like(3, 1), 0)
    plain, extended = (given.value for given in scores(clean, wave))
    assert plain == pytest.approx(stoi(clean, wave, RATE), abs=1e-9)
    assert extended == pytest.approx(stoi(clean, wave, RATE, extended=True), abs=1e-6)
    assert 0.3 < extended < plain < 0.9


def test_too_little_speech_is_null():
    clean = np.zeros(int(1.5 * RATE), np.float32)
    clean[8000:12000] = signals.speech_like(0.25, 1)
    for given in scores(clean, clean + signals.noise_like(1.5, 1)):
        assert given.value is None
        assert given.reason == "STOI: less than 0.4 s of active speech"


def test_estoi_is_repeatable_where_the_package_is_not():
    """Where the output has a long stretch of zeros, pystoi's own random numbers decide."""
    clean = signals.speech_like(3, 1)
    gated = clean * (np.arange(len(clean)) // 12000 % 2)
    package, ours = set(), set()
    for seed in range(3):
        np.random.seed(seed)
        package.add(stoi(clean, gated, RATE, extended=True))
        np.random.seed(seed)
        ours.add(scores(clean, gated)[1].value)
    assert len(package) == 3 and len(ours) == 1
