"""Spectra that the spectral distances share."""

import numpy as np

FRAME = 512
"""Samples, 32 ms at 16 kHz."""

HOP = 256

FLOOR = 1e-3
"""Magnitudes are floored 60 dB below the loudest of the reference."""


def matched_magnitudes(
    reference: np.ndarray, enhanced: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude spectra after the enhanced one got its least-squares gain.

    The gain minimises the squared difference of the magnitudes, so that neither the
    level nor the polarity of the enhanced signal matters.

    Returns:
        Reference and enhanced magnitudes, each float64 (frames, FRAME // 2 + 1),
        floored, so that their logarithms exist.
    """
    clean, other = _magnitude(reference), _magnitude(enhanced)
    other = other * (np.vdot(clean, other) / np.vdot(other, other))
    floor = FLOOR * np.max(clean)
    return np.maximum(clean, floor), np.maximum(other, floor)


def _magnitude(signal: np.ndarray) -> np.ndarray:
    """Hann-windowed spectra of whole frames, float64 (frames, FRAME // 2 + 1)."""
    frames = np.lib.stride_tricks.sliding_window_view(signal, FRAME)[::HOP]
    return np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=-1))
