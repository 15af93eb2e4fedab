"""The short-time spectrum that the spectral systems share."""

import numpy as np
from scipy.signal import ShortTimeFFT, get_window


def spectrum(wave: np.ndarray, sample_rate: int) -> np.ndarray:
    """Complex spectrum `(frequency, frames)`: 32 ms root-Hann windows, half overlap."""
    return _transform(sample_rate).stft(wave)


def waveform(spec: np.ndarray, sample_rate: int, length: int) -> np.ndarray:
    """Inverse of `spectrum`, `(time,)` with `length` samples."""
    return _transform(sample_rate).istft(spec, k1=length)


def _transform(sample_rate: int) -> ShortTimeFFT:
    size = 2 * round(0.016 * sample_rate)
    window = np.sqrt(get_window("hann", size))
    return ShortTimeFFT(window, hop=size // 2, fs=sample_rate)
