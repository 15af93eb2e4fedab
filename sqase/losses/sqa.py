"""How far the assessor's scores are from where there is nothing to gain."""

from __future__ import annotations

from typing import Callable, Mapping

import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.modes import mode_index


class SQALoss:
    """`Assessor.shortfall` of an enhanced signal, as a loss among others.

    Args:
        assessor: gives the assessor; called at each use, so that it may be
            loaded late and retrained in between.
        heads: metric -> weight.
        mode: what the assessor hears beside the enhanced signal: "blind",
            "noisy", "reference" or "committee".
        seed: of the changes (see `same_quality`) made before the assessor hears
            an enhanced signal that a gradient is wanted for.
        augment: whether to make them.

    Attributes:
        generator: of those changes; its state belongs in a checkpoint.
        predicted: {metric: (batch,)} of the last call, detached, metric units.
    """

    def __init__(
        self,
        assessor: Callable[[], Assessor],
        heads: Mapping[str, float],
        mode: str,
        seed: int = 0,
        augment: bool = True,
    ):
        mode_index(mode)
        if not heads:
            raise ValueError("heads: expected at least one metric, got none")
        self._assessor = assessor
        self.heads, self.mode, self.augment = dict(heads), mode, augment
        self.generator = torch.Generator().manual_seed(seed)
        self.predicted: dict[str, torch.Tensor] = {}

    def __call__(
        self,
        reference: torch.Tensor | None,
        enhanced: torch.Tensor,
        noisy: torch.Tensor | None = None,
        lengths: torch.Tensor | None = None,
        committee: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Args: (batch, time) each, `lengths` (batch,), `committee` (batch, time) or
        (batch, time, members). Returns: (batch,)."""
        signals = (None, noisy, reference, committee)
        second = signals[mode_index(self.mode)]
        assessor = self._assessor()
        scores = self._scores(assessor, enhanced, second, lengths)
        values = assessor.shortfall(scores, self.mode, self.heads)
        self.predicted = {
            name: scores[:, assessor.metrics.index(name)].detach()
            for name in self.heads
        }
        return values

    def _scores(
        self,
        assessor: Assessor,
        enhanced: torch.Tensor,
        second: torch.Tensor | None,
        lengths: torch.Tensor | None,
    ) -> torch.Tensor:
        """(batch, metrics of the assessor); those of `heads` are looked at."""
        generator = self.generator if self.augment else None
        return assessor.guiding_scores(
            enhanced, second, self.mode, lengths, generator=generator
        )
