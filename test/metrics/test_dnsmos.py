"""DNSMOS: Microsoft's models under a stated policy for level and length."""

import numpy as np
import pytest
import signals

from sqase.metrics import score
from sqase.metrics.dnsmos import LEVEL, WINDOW, _to_level

RATE = 16000
HEADS = ["sig", "bak", "ovrl", "p808"]


def dnsmos(wave):
    scores = score([f"dnsmos_{h}" for h in HEADS], enhanced=wave, sample_rate=RATE)
    return np.array([given.value for given in scores.values()])


def noisy(seconds, snr):
    speech = signals.speech_like(seconds, 1)
    return signals.mix(speech, signals.noise_like(seconds, 1), snr)


@pytest.mark.parametrize("seconds", [9.01, 12.5])
def test_equals_the_package_after_the_level(seconds):
    from speechmos import dnsmos as package

    wave = noisy(seconds, 10)
    expected = package.run(_to_level(wave), RATE)
    expected = [expected[f"{head}_mos"] for head in HEADS]
    np.testing.assert_allclose(dnsmos(wave), expected, atol=1e-4)


def test_short_signals_are_repeated_to_one_window():
    wave = noisy(2, 10)
    np.testing.assert_allclose(
        dnsmos(wave), dnsmos(np.tile(wave, 5)[:WINDOW]), atol=2e-3
    )


def test_silence_at_the_end_is_not_heard():
    wave = noisy(4, 5)
    padded = np.concatenate([wave, np.zeros(2 * RATE)])
    np.testing.assert_array_equal(dnsmos(padded), dnsmos(wave))


def test_quiet_noisy_speech_scores_no_better():
    """As the package takes it, 40 dB less of the same noisy speech is worth 0.5 MOS."""
    np.testing.assert_allclose(
        dnsmos(0.01 * noisy(4, 5)), dnsmos(noisy(4, 5)), atol=0.01
    )


def test_noise_costs_points():
    worse, better = dnsmos(noisy(4, 0)), dnsmos(noisy(4, 40))
    assert np.all(better - worse > [0.8, 1.5, 0.4, 0.3])


def test_level():
    """Pauses do not count, and a lone peak limits the gain."""
    tone = np.sin(np.arange(RATE)).astype(np.float32)
    level = np.sqrt(np.mean(_to_level(tone) ** 2))
    assert level == pytest.approx(LEVEL, rel=1e-3)
    padded = _to_level(np.concatenate([tone, np.zeros(3 * RATE)]))
    assert np.sqrt(np.mean(padded[:RATE] ** 2)) == pytest.approx(LEVEL, rel=1e-3)
    tone[100] = 1000
    assert np.max(np.abs(_to_level(tone))) == pytest.approx(1)
