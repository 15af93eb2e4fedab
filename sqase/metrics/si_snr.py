"""Scale-invariant signal-to-noise ratio of the zero-mean signals.

J. Le Roux et al., "SDR - half-baked or well done?", ICASSP 2019. Gain, offset and
polarity of the enhanced signal do not matter; a delay of one sample does.

Half the noise brings 20 log10 2 = 6.02 dB. Equal signals, in theory infinitely good,
get the range's end. A tone of f Hz that is one sample late has an error that is
tan(2 pi f / 16000) times as large as what it shares with the reference: at 1 kHz,
-20 log10 tan(pi / 8) = 7.66 dB are left.

>>> from sqase.metrics.worked import show
>>> show("si_snr")
                      si_snr
equal                  35.00
twice as loud          35.00
offset by 0.01         35.00
one sample late         8.04
noise at 10 dB         10.00
half the noise         16.02
silence                    -
>>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
>>> print(f"{_si_snr(tone, np.roll(tone, 1), 16000)['si_snr']:.2f} dB")
7.66 dB
"""

import numpy as np

from sqase.metrics.base import Metric


def _si_snr(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    """Energy of the projection on the reference over that of the rest, in dB."""
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
