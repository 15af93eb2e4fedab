"""Scale-invariant signal-to-noise ratio of the zero-mean signals.

J. Le Roux et al., "SDR - half-baked or well done?", ICASSP 2019. Gain, offset and
polarity of the enhanced signal do not matter; a delay of one sample does.
"""

import numpy as np

from sqase.metrics.base import Metric


def _si_snr(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    """Energy of the projection on the reference over that of the rest, in dB.

    >>> reference = np.sin(np.arange(1000))
    >>> bool(_si_snr(reference, -3 * reference + 1, 16000)["si_snr"] > 100)
    True
    """
    reference = np.asarray(reference, dtype=np.float64)
    enhanced = np.asarray(enhanced, dtype=np.float64)
    reference = reference - np.mean(reference)
    enhanced = enhanced - np.mean(enhanced)
    scale = reference @ enhanced / (reference @ reference)  # Equation (4)
    target = scale * reference
    error = target - enhanced
    with np.errstate(divide="ignore"):  # no error: +inf, no target: -inf; clamped
        return {"si_snr": 10 * np.log10((target @ target) / (error @ error))}


SI_SNR = Metric(
    name="si_snr",
    kind="intrusive",
    direction="higher",
    low=-20.0,
    high=35.0,
    unit="dB",
    package="sqase",
    compute=_si_snr,
    notes="zero-mean, same as SI-SDR",
)
