"""Log-spectral distance.

A. Gray and J. Markel, "Distance measures for speech processing", IEEE TASSP 1976:
root mean square over frequency of the difference of two log spectra in dB, here with
frames of 32 ms, averaged over them.

A gain does not matter, but that of one half alone does. With a second half twice as
loud, the best gain is (1 + 2) / (1 + 4) = 0.6, which leaves 20 log10 0.6 = -4.44 dB in
the first half and 20 log10 1.2 = 1.58 dB in the second: 3.0 dB in the mean.

>>> from sqase.metrics.worked import show
>>> show("lsd")
                         lsd
equal                   0.00
twice as loud           0.00
offset by 0.01          2.55
one sample late         0.07
noise at 10 dB         12.40
half the noise          9.12
silence                    -
>>> noise = np.random.default_rng(0).standard_normal(16000)
>>> print(f"{_lsd(np.r_[noise, noise], np.r_[noise, 2 * noise], 16000)['lsd']:.1f} dB")
3.0 dB
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
