"""DNSMOS: listening test scores predicted without a reference.

C. K. A. Reddy et al., "DNSMOS P.835", ICASSP 2022 (signal, background, overall: model
``sig_bak_ovr.onnx`` with Microsoft's polynomial) and "DNSMOS", ICASSP 2021 (P.808).

Three policies of ours, without which scores of one recording differ by up to one MOS:

* level: the RMS of the active frames is brought to -26 dBFS, less where the peak
  would pass full scale;
* length: the models hear 9.01 s. Shorter signals are repeated to exactly that, one
  window; longer ones are cut into windows 1 s apart and averaged, as Microsoft does;
* padding: digital silence at the end is left out, or it would be repeated with the
  rest.

The signal below is no speech; with it, one sample of delay is enough to move a score.

>>> from sqase.metrics.worked import show
>>> show("dnsmos_sig", "dnsmos_bak", "dnsmos_ovrl", "dnsmos_p808")  # doctest: +SKIP
                  dnsmos_sig  dnsmos_bak dnsmos_ovrl dnsmos_p808
equal                   2.37        2.46        1.65        2.28
twice as loud           2.37        2.46        1.65        2.28
offset by 0.01          1.64        1.48        1.28        2.32
one sample late         2.76        2.95        2.00        2.28
noise at 10 dB          1.44        1.08        1.14        2.24
half the noise          1.73        1.20        1.26        2.22
silence                    -           -           -           -
"""

import functools
import importlib.util
from pathlib import Path

import numpy as np

from sqase.metrics.base import Metric

HEADS = ("sig", "bak", "ovrl", "p808")

WINDOW = 144160
"""Samples, 9.01 s at 16 kHz."""

LEVEL = 10 ** (-26 / 20)

FRAME = 320
"""Samples, 20 ms at 16 kHz, for the level."""


def _dnsmos(reference: None, enhanced: np.ndarray, rate: int) -> dict:
    audio = _to_level(np.trim_zeros(np.asarray(enhanced, dtype=np.float64), "b"))
    if len(audio) < WINDOW:
        audio = np.resize(audio, WINDOW)
    values = _model()(audio, rate, False)
    return {f"dnsmos_{head}": values[f"{head}_mos"] for head in HEADS}


def _to_level(signal: np.ndarray) -> np.ndarray:
    """Scale the active RMS to ``LEVEL``, but no peak above 1.

    Active are the frames within 40 dB of the loudest.
    """
    usable = len(signal) // FRAME * FRAME
    power = np.mean(signal[:usable].reshape(-1, FRAME) ** 2, axis=1)
    active = np.sqrt(np.mean(power[power > 1e-4 * np.max(power)]))
    return signal * min(LEVEL / active, 1 / np.max(np.abs(signal)))


@functools.cache
def _model():
    """The package's model, with sessions that keep to one thread and little memory."""
    import onnxruntime
    from speechmos.dnsmos import DNSMOS

    class SingleThread(DNSMOS):
        def __init__(self, primary: Path, p808: Path):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.enable_cpu_mem_arena = False  # 200 MB less, no slower
            self.onnx_sess = onnxruntime.InferenceSession(primary, options)
            self.p808_onnx_sess = onnxruntime.InferenceSession(p808, options)

    return SingleThread(*_weights())


def _weights() -> tuple[Path, Path]:
    folder = Path(importlib.util.find_spec("speechmos").origin).parent
    folder = folder / "dnsmos_models"
    return folder / "sig_bak_ovr.onnx", folder / "model_v8.onnx"


SIG, BAK, OVRL, P808 = (
    Metric(
        name=f"dnsmos_{head}",
        kind="non_intrusive",
        direction="higher",
        low=1.0,
        high=5.0,
        unit="MOS",
        package="speechmos",
        compute=_dnsmos,
        notes="at -26 dBFS active RMS",
        weights=_weights,
    )
    for head in HEADS
)
