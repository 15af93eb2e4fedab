"""Metrics as differentiable formulas: torch in, torch out, of a batch at once.

What `sqase.metrics` computes of one pair with the packages of others, these compute of
batches with a gradient; tests hold them to those metrics. They are exact where the
metric is a formula, and near where it is more than one (PESQ aligns signals and looks
for bad intervals). A second signal that is no reference gives a score against it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from sqase.formulas.energy import sdr, si_snr
from sqase.formulas.intelligibility import Pair, estoi, stoi
from sqase.formulas.pesq import PerceptualModel

pesq = PerceptualModel()

FORMULAS = {
    "pesq_wb": lambda pair: pesq.mos(pesq(pair.reference, pair.enhanced)),
    "stoi": stoi,
    "estoi": estoi,
    "si_snr": lambda pair: si_snr(pair.reference, pair.enhanced),
    "sdr": lambda pair: sdr(pair.reference, pair.enhanced),
}
"""Name of a metric -> its formula: `Pair` -> (batch,)."""


def compare(
    names: Sequence[str],
    reference: torch.Tensor,
    enhanced: torch.Tensor,
    lengths: torch.Tensor,
) -> torch.Tensor:
    """Compute formulas of rows of different lengths.

    Args:
        names: of formulas.
        reference, enhanced: (batch, time).
        lengths: (batch,) valid samples; what is beyond them is not looked at.

    Returns:
        (batch, names).
    """
    scores = enhanced.new_zeros(len(enhanced), len(names))
    for length in lengths.unique().tolist():
        rows = (lengths == length).nonzero().squeeze(1)
        pair = Pair(reference[rows, :length], enhanced[rows, :length])
        found = torch.stack([FORMULAS[name](pair) for name in names], dim=1)
        scores = scores.index_put((rows,), found)
    return scores
