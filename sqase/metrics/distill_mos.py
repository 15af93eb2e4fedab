"""Distill-MOS: listening test scores predicted without a reference.

B. Stahl and H. Gamper, "Distillation and pruning for scalable self-supervised
representation-based speech quality assessment", ICASSP 2025. The model normalises the
peak, pads to 7.68 s with zeros, and averages over windows at most 1 s apart.
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
