"""Seeded signals for tests, so that no test needs a corpus."""

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

FORMANTS = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480)]


def noise_like(seconds: float, seed: int, sample_rate: int = 16000) -> np.ndarray:
    """Low-passed noise at about -20 dBFS, float32 (time,)."""
    white = np.random.default_rng(seed).standard_normal(round(seconds * sample_rate))
    sos = butter(1, 1000, fs=sample_rate, output="sos")
    noise = sosfilt(sos, white)
    return (0.1 * noise / np.std(noise)).astype(np.float32)


def speech_like(seconds: float, seed: int, sample_rate: int = 16000) -> np.ndarray:
    """Syllables of a gliding voice through vowel formants, float32 (time,), peak 0.5.

    Near enough to speech for PESQ, STOI and the active speech level to work on it.
    """
    rng = np.random.default_rng([seed, 7])
    total = round(seconds * sample_rate)
    syllables = [np.zeros(0)]
    while sum(map(len, syllables)) < total:
        syllables.append(_syllable(rng, sample_rate))
        syllables.append(np.zeros(round(rng.uniform(0.02, 0.1) * sample_rate)))
    speech = np.concatenate(syllables)[:total]
    return (0.5 * speech / np.max(np.abs(speech))).astype(np.float32)


def mix(speech: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Speech plus noise at ``snr`` dB, float32 (time,)."""
    gain = np.sqrt(np.mean(speech**2) / np.mean(noise**2)) * 10 ** (-snr / 20)
    return (speech + gain * noise).astype(np.float32)


def _syllable(rng: np.random.Generator, sample_rate: int) -> np.ndarray:
    """A fricative onset and a vowel with a pitch glide, float64 (time,)."""
    length = round(rng.uniform(0.15, 0.3) * sample_rate)
    pitch = rng.uniform(100, 220) * np.linspace(1, rng.uniform(0.8, 1.2), length)
    pulses = np.diff(np.floor(np.cumsum(pitch) / sample_rate), prepend=0.0)
    vowel = pulses + 0.02 * rng.standard_normal(length)
    for formant in FORMANTS[rng.integers(len(FORMANTS))]:
        vowel = _resonance(vowel, formant * rng.uniform(0.9, 1.1), sample_rate)
    onset = np.diff(rng.standard_normal(length // 4), prepend=0.0)
    vowel = vowel / np.std(vowel) * np.hanning(length)
    vowel[: len(onset)] += 0.3 * onset * np.hanning(len(onset))
    return vowel * rng.uniform(0.5, 1.0)


def _resonance(wave: np.ndarray, frequency: float, sample_rate: int) -> np.ndarray:
    """Two-pole resonator, 100 Hz wide."""
    radius = np.exp(-np.pi * 100 / sample_rate)
    angle = 2 * np.pi * frequency / sample_rate
    return lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], wave)
