"""Signal-to-distortion ratio of BSS Eval for one source.

E. Vincent et al., "Performance measurement in blind audio source separation", IEEE
TASLP 2006: any filter of 512 taps on the reference counts as target. Computed as in
R. Scheibler, "SDR - medium rare with fast computations", ICASSP 2022, in double
precision, from the coherence between the filtered reference and the enhanced signal.
The ``fast_bss_eval`` package gives the same numbers (a test compares them), but
importing it loads torch into every scoring process.

The filter undoes the delay and explains a little of the noise, but not the offset.

>>> from sqase.metrics.worked import show
>>> show("sdr")
                         sdr
equal                  35.00
twice as loud          35.00
offset by 0.01         18.93
one sample late        35.00
noise at 10 dB         10.07
half the noise         16.08
silence                    -
"""

import numpy as np
from scipy.linalg import toeplitz

from sqase.metrics.base import Metric, Unscorable

TAPS = 512


def _sdr(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    """Energy of the best filtered reference over that of the rest, in dB."""
    reference = np.asarray(reference, dtype=np.float64)
    reference = reference / np.linalg.norm(reference)
    enhanced = np.asarray(enhanced, dtype=np.float64)
    enhanced = enhanced / np.linalg.norm(enhanced)

    size = 1 << (len(reference) + TAPS - 1).bit_length()
    spectrum = np.fft.rfft(reference, size)
    autocorrelation = np.fft.irfft(np.abs(spectrum) ** 2)[:TAPS]
    crosscorrelation = np.fft.irfft(spectrum.conj() * np.fft.rfft(enhanced, size))
    crosscorrelation = crosscorrelation[:TAPS]

    try:
        taps = np.linalg.solve(toeplitz(autocorrelation), crosscorrelation)
    except np.linalg.LinAlgError:
        raise Unscorable("SDR: the reference spans no 512 taps") from None
    coherence = np.clip(crosscorrelation @ taps, 0.0, 1.0)  # rounding may leave [0, 1]
    with np.errstate(divide="ignore"):  # exact copy: +inf, nothing in common: -inf
        return {"sdr": 10 * np.log10(coherence / (1 - coherence))}


SDR = Metric(
    name="sdr",
    kind="intrusive",
    direction="higher",
    low=-20.0,
    high=35.0,
    unit="dB",
    package="sqase",
    compute=_sdr,
    notes="BSS Eval, 512 taps",
)
