"""SRMR ranks what it was made for, and its filters are those of its definition."""

import numpy as np
import pytest
import signals
from scipy.signal import fftconvolve, freqz

from sqase.metrics import score, srmr

RATE = 16000


def srmr_of(wave):
    scores = score(["srmr"], enhanced=wave.astype(np.float32), sample_rate=RATE)
    return scores["srmr"].value


@pytest.mark.parametrize("seed", [1, 2])
def test_reverberation_and_noise_lower_it(seed):
    speech = signals.speech_like(4, seed)
    rng = np.random.default_rng(seed)
    decay = rng.normal(size=16000) * 10 ** (-3 * np.arange(16000) / 12800)
    reverberant = 0.05 * fftconvolve(speech, decay)[: len(speech)]
    noise = rng.normal(size=len(speech)) * np.std(speech)
    assert srmr_of(speech) > 1.5 * srmr_of(reverberant)
    assert srmr_of(speech) > 1.5 * srmr_of(speech + noise)


def test_slow_modulation_scores_high_and_fast_low():
    noise = np.random.default_rng(0).normal(size=4 * RATE)
    time = np.arange(4 * RATE) / RATE
    slow, fast = (noise * (1 + np.sin(2 * np.pi * hz * time)) for hz in (4, 60))
    assert srmr_of(0.1 * slow) > 2 * srmr_of(0.1 * fast)


def test_modulation_filters_pass_their_frequency_at_q_2():
    for hz, (b, a) in zip(srmr.MODULATIONS_HZ, srmr.modulation_filters(RATE)):
        edges = srmr.lower_cutoffs_hz(RATE)[list(srmr.MODULATIONS_HZ).index(hz)]
        _, response = freqz(b, a, worN=[hz, edges], fs=RATE)
        assert abs(response[0]) == pytest.approx(1)
        assert 0.6 < abs(response[1]) < 0.75  # about half the power
    assert srmr.MODULATIONS_HZ[[0, -1]] == pytest.approx([4, 128])


def test_channels_are_even_on_the_scale_of_hearing():
    centres = srmr.centres_hz(RATE)
    assert centres[-1] == pytest.approx(125) and np.all(np.diff(centres) < 0)
    scale = np.log(centres + 9.26449 * 24.7)
    np.testing.assert_allclose(np.diff(scale), np.diff(scale)[0])
