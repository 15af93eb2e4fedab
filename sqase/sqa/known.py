"""What the metrics themselves say, computed against the second signal."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from sqase.formulas import FORMULAS, compare
from sqase.sqa.modes import MODES, mode_index

EDGE = 1.0e-3  # of a head's range: nearer to its ends a logit has no use
TRUSTED = "reference", "committee"


class Known(nn.Module):
    """The logits that heads start from, and the same as features.

    Where the second signal is a reference, the metrics computed against it are the
    truth; where it is a committee, they are the guess that a judge has to beat. So the
    heads begin there. Against the noisy recording they are a feature like others.

    Args:
        metrics: names of the heads.
        low, high: (metrics,) bounds of the heads.
        dim: features.
    """

    def __init__(
        self, metrics: Sequence[str], low: torch.Tensor, high: torch.Tensor, dim: int
    ):
        super().__init__()
        self.names = [name for name in metrics if name in FORMULAS]
        columns = [list(metrics).index(name) for name in self.names]
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("low", low[columns], persistent=False)
        self.register_buffer("high", high[columns], persistent=False)
        trust = torch.zeros(len(MODES), len(columns))
        trust[[mode_index(name) for name in TRUSTED]] = 1.0
        self.trust = nn.Parameter(trust)
        self.tell = nn.Linear(len(columns), dim)
        self.heads = len(metrics)

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        lengths: torch.Tensor,
        mode: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Args: (batch, time) twice, (batch,) valid samples and indices into `MODES`.

        Returns:
            logits to start from (batch, metrics), and features (batch, dim); zero in
            rows that are heard blind and for heads without a formula.
        """
        start = speech.new_zeros(len(speech), self.heads)
        told = speech.new_zeros(len(speech), self.tell.out_features)
        rows = (mode > 0).nonzero().squeeze(1)
        if len(rows) and self.names:
            pair = second[rows], speech[rows]
            scores = compare(self.names, *pair, lengths[rows])
            share = (scores - self.low) / (self.high - self.low)
            logits = share.clamp(EDGE, 1 - EDGE).logit()
            there = start.index_put(
                (rows[:, None], self.columns[None]), self.trust[mode[rows]] * logits
            )
            start, told = there, told.index_put((rows,), self.tell(logits))
        return start, told
