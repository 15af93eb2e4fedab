"""Distill-MOS: listening test scores predicted without a reference.

B. Stahl and H. Gamper, "Distillation and pruning for scalable self-supervised
representation-based speech quality assessment", ICASSP 2025. The model normalises the
peak, pads to 7.68 s with zeros, and averages over windows at most 1 s apart.

The signal below is no speech, and this model finds it bad with and without noise.

>>> from sqase.metrics.worked import show
>>> show("distill_mos")  # doctest: +SKIP
                 distill_mos
equal                   1.13
twice as loud           1.13
offset by 0.01          1.13
one sample late         1.13
noise at 10 dB          1.48
half the noise          1.32
silence                    -
"""

import contextlib
import functools
import importlib.util
import os
from pathlib import Path

import numpy as np

from sqase.metrics.base import Metric


def _distill_mos(reference: None, enhanced: np.ndarray, rate: int) -> dict:
    import torch

    batch = torch.from_numpy(np.array(enhanced, dtype=np.float32)[None])
    with torch.inference_mode():
        return {"distill_mos": _model()(batch).item()}


@functools.cache
def _model():
    """The network with its weights; the package announces them on stdout."""
    from distillmos import ConvTransformerSQAModel

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return ConvTransformerSQAModel().eval()


def _weights() -> tuple[Path]:
    folder = Path(importlib.util.find_spec("distillmos").origin).parent
    return (folder / "weights" / "distill_mos_v7.pt",)


DISTILL_MOS = Metric(
    name="distill_mos",
    kind="non_intrusive",
    direction="higher",
    low=1.0,
    high=5.0,
    unit="MOS",
    package="distillmos",
    compute=_distill_mos,
    notes="peak normalised inside",
    weights=_weights,
)
