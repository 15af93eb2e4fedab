"""PESQ's perceptual model as a loss."""

from __future__ import annotations

import torch

from sqase.formulas import pesq


class PESQLoss:
    """Disturbance of `sqase.formulas.pesq.PerceptualModel`, 0 for equal signals.

    Attributes:
        predicted: {"pesq_wb": (batch,)} of the last call, detached, in MOS.
    """

    def __init__(self):
        self.predicted: dict[str, torch.Tensor] = {}

    def __call__(self, reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
        """(batch, time) twice, 16 kHz -> (batch,), at least 0."""
        loss = pesq(reference, enhanced)
        self.predicted = {"pesq_wb": pesq.mos(loss.detach())}
        return loss
