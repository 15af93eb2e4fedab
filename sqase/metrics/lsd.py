"""Log-spectral distance.

A. Gray and J. Markel, "Distance measures for speech processing", IEEE TASSP 1976:
root mean square over frequency of the difference of two log spectra in dB, here with
frames of 32 ms, averaged over them.
"""

import numpy as np

from sqase.metrics.base import Metric
from sqase.metrics.spectra import matched_magnitudes


def _lsd(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    clean, other = matched_magnitudes(reference, enhanced)
    difference = 20 * np.log10(clean / other)
    return {"lsd": np.mean(np.sqrt(np.mean(difference**2, axis=1)))}


LSD = Metric(
    name="lsd",
    kind="intrusive",
    direction="lower",
    low=0.0,
    high=50.0,
    unit="dB",
    package="sqase",
    compute=_lsd,
    notes="after least-squares gain; floor 60 dB below the loudest of the reference",
)
