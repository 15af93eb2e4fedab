"""LSD and MCD against filters whose effect is known in dB."""

import numpy as np
import pytest
import signals

from sqase.metrics import score

RATE = 16000
WHITE = np.random.default_rng(3).standard_normal(4 * RATE)


def distance(name, reference, enhanced):
    (given,) = score(
        [name], reference=reference, enhanced=enhanced, sample_rate=RATE
    ).values()
    return given.value


def weighted(signal, decibels):
    """Apply a zero-phase response, given as a function of frequency in Hz."""
    frequency = np.fft.rfftfreq(len(signal), 1 / RATE)
    gain = 10 ** (decibels(frequency) / 20)
    return np.fft.irfft(gain * np.fft.rfft(signal), len(signal))


def test_lsd_of_a_step_in_the_spectrum():
    """+6 dB in one half and -6 dB in the other: off by 6 dB each from the middle.

    The least-squares gain settles nearer to the louder half: the distances there and
    in the other half add to 12 dB, and their root mean square exceeds 6.
    """
    step = weighted(WHITE, lambda f: np.where(f < 4000, 6.0, -6.0))
    low, high = 10 ** (6 / 20), 10 ** (-6 / 20)
    gain = 20 * np.log10((low + high) / (low**2 + high**2))
    expected = np.sqrt(((6 + gain) ** 2 + (-6 + gain) ** 2) / 2)
    assert 6.5 < expected < 8.5
    assert distance("lsd", WHITE, step) == pytest.approx(expected, abs=0.15)


def test_mcd_of_one_ripple_over_the_mel_bands():
    """A cosine of 3 dB over the mel scale is one coefficient: rms 3 / sqrt(2) dB."""

    def ripple(frequency):
        mel = np.log1p(frequency / 700) / np.log1p(8000 / 700)
        return 3 * np.cos(2 * np.pi * 2 * mel)

    expected = 3 / np.sqrt(2)
    given = distance("mcd", WHITE, weighted(WHITE, ripple))
    assert given == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("name", ["lsd", "mcd"])
def test_neither_polarity_nor_level_counts(name):
    speech = signals.speech_like(2, 1)
    assert distance(name, speech, -0.01 * speech) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("name", ["lsd", "mcd"])
def test_digital_silence_in_pauses_is_not_infinitely_far(name):
    """Both floors are the reference's: 1e-4 and exact zero in a pause are the same."""
    speech = signals.speech_like(2, 1)
    speech[16000:24000] = 0
    hiss = np.zeros_like(speech)
    hiss[16000:24000] = 1e-5 * signals.noise_like(0.5, 2)
    assert distance(name, speech, speech + hiss) == pytest.approx(0, abs=1e-3)
