"""PESQ: perceived quality predicted by ITU-T P.862 (narrow band) and P.862.2 (wide).

Gain of either signal does not matter, and delays up to about 100 ms are aligned.

The best raw score is 4.5. Wide band maps it to 0.999 + 4 / (1 + exp(-1.3669 x 4.5 +
3.8224)) = 4.64, narrow band to 0.999 + 4 / (1 + exp(-1.4945 x 4.5 + 4.6607)) = 4.55.
Equal signals get the range's end.

>>> from sqase.metrics.worked import show
>>> show("pesq_wb", "pesq_nb")
                     pesq_wb     pesq_nb
equal                   4.65        4.55
twice as loud           4.64        4.55
offset by 0.01          4.64        4.55
one sample late         4.64        4.55
noise at 10 dB          1.39        2.08
half the noise          1.69        2.53
silence                    -           -
"""

import functools

import numpy as np

from sqase.metrics.base import Metric, Unscorable

MAX_SECONDS = 40.0
"""The C code holds 50 utterances and crashes the process on some more of them."""


def _pesq(reference: np.ndarray, enhanced: np.ndarray, rate: int, mode: str) -> float:
    if len(reference) > MAX_SECONDS * rate:
        raise Unscorable(f"PESQ: longer than {MAX_SECONDS:g} s")
    signals = (signal.astype(np.float32).tobytes() for signal in (reference, enhanced))
    return _pesq_of_bytes(*signals, rate, mode)


@functools.lru_cache(maxsize=2)  # the composite metrics ask for the same once more
def _pesq_of_bytes(reference: bytes, enhanced: bytes, rate: int, mode: str) -> float:
    from pesq import PesqError, pesq

    signals = (np.frombuffer(signal, np.float32) for signal in (reference, enhanced))
    try:
        return pesq(rate, *signals, mode)
    except (PesqError, ValueError) as error:  # ValueError: a NaN inside the C code
        reason = error.args[0]
        reason = reason.decode() if isinstance(reason, bytes) else reason
        raise Unscorable(f"PESQ: {reason}") from None


def wide_band(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    """{"pesq_wb": MOS} of two signals `(time,)`; raises `Unscorable`."""
    return {"pesq_wb": _pesq(reference, enhanced, rate, "wb")}


def _narrow_band(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    return {"pesq_nb": _pesq(reference, enhanced, rate, "nb")}


PESQ_WB = Metric(
    name="pesq_wb",
    kind="intrusive",
    direction="higher",
    low=1.0,
    high=4.65,
    unit="MOS",
    package="pesq",
    compute=wide_band,
    notes="P.862.2, 16 kHz",
)

PESQ_NB = Metric(
    name="pesq_nb",
    kind="intrusive",
    direction="higher",
    low=1.0,
    high=4.55,
    unit="MOS",
    package="pesq",
    compute=_narrow_band,
    notes="P.862.1 narrow-band filter on 16 kHz signals",
)
