"""Short-time objective intelligibility, plain and extended.

C. H. Taal et al., "An algorithm for intelligibility prediction of time-frequency
weighted noisy speech", IEEE TASLP 2011; J. Jensen and C. H. Taal, "An algorithm for
predicting the intelligibility of speech masked by modulated noise maskers", IEEE/ACM
TASLP 2016. In [0, 1], not percent. The signals must be aligned.

Neither minds a gain, an offset or a delay this short.

>>> from sqase.metrics.worked import show
>>> show("stoi", "estoi")
                        stoi       estoi
equal                   1.00        1.00
twice as loud           1.00        1.00
offset by 0.01          1.00        1.00
one sample late         1.00        1.00
noise at 10 dB          0.96        0.48
half the noise          0.99        0.69
silence                    -           -
"""

import warnings

import numpy as np

from sqase.metrics.base import Metric, Unscorable


def _stoi(
    reference: np.ndarray, enhanced: np.ndarray, rate: int, extended: bool
) -> float:
    from pystoi import stoi

    with warnings.catch_warnings():
        # With too little speech pystoi warns and returns 1e-5 as if it were a score.
        warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
        try:
            return stoi(reference, enhanced, rate, extended=extended)
        except RuntimeWarning:
            raise Unscorable("STOI: less than 0.4 s of active speech") from None


def _plain(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    return {"stoi": _stoi(reference, enhanced, rate, extended=False)}


def _extended(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    """pystoi adds noise from numpy's global generator, which is put back after."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        return {"estoi": _stoi(reference, enhanced, rate, extended=True)}
    finally:
        np.random.set_state(state)


STOI = Metric(
    name="stoi",
    kind="intrusive",
    direction="higher",
    low=0.0,
    high=1.0,
    unit="",
    package="pystoi",
    compute=_plain,
    notes="at 10 kHz inside",
)

ESTOI = Metric(
    name="estoi",
    kind="intrusive",
    direction="higher",
    low=-0.1,
    high=1.0,
    unit="",
    package="pystoi",
    compute=_extended,
    notes="at 10 kHz inside",
)
