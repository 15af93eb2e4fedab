"""Mel-cepstral distortion, without time warping.

R. F. Kubichek, "Mel-cepstral distance measure for objective speech quality
assessment", PACRIM 1993: root mean square difference of two log spectra in dB, each
smoothed to coefficients 1 to 13 of the cosine series over 40 mel bands, averaged over
frames of 32 ms. Figures from WORLD mel-cepstra differ.

A gain, even that of one half alone, changes coefficient 0 only, which is left out.

>>> from sqase.metrics.worked import show
>>> show("mcd")
                         mcd
equal                   0.00
twice as loud           0.00
offset by 0.01          2.40
one sample late         0.01
noise at 10 dB          3.15
half the noise          2.14
silence                    -
>>> noise = np.random.default_rng(0).standard_normal(16000)
>>> print(f"{_mcd(np.r_[noise, noise], np.r_[noise, 2 * noise], 16000)['mcd']:.1f} dB")
0.0 dB
"""

import functools

import numpy as np

from sqase.metrics.base import Metric
from sqase.metrics.spectra import FRAME, matched_magnitudes

BANDS = 40
COEFFICIENTS = 13


def _mcd(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    clean, other = (
        np.log(magnitude @ _mel_filters(rate).T) @ _cosines().T
        for magnitude in matched_magnitudes(reference, enhanced)
    )
    distance = np.sqrt(2 * np.sum((clean - other) ** 2, axis=1))
    return {"mcd": 10 / np.log(10) * np.mean(distance)}


@functools.cache
def _mel_filters(rate: int) -> np.ndarray:
    """Triangles of unit height on the mel scale, (BANDS, FRAME // 2 + 1)."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, BANDS + 2) / 2595) - 1)
    frequency = np.fft.rfftfreq(FRAME, 1 / rate)
    rising = (frequency - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequency) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling))


@functools.cache
def _cosines() -> np.ndarray:
    """Log bands -> cepstra c of ``log|H| = c0 + sum c_m cos``, (COEFFICIENTS, BANDS)."""
    order = np.arange(1, COEFFICIENTS + 1)[:, None]
    band = np.arange(BANDS) + 0.5
    return 2 / BANDS * np.cos(np.pi / BANDS * order * band)


MCD = Metric(
    name="mcd",
    kind="intrusive",
    direction="lower",
    low=0.0,
    high=30.0,
    unit="dB",
    package="sqase",
    compute=_mcd,
    notes="after least-squares gain; floor 60 dB below the loudest of the reference",
)
