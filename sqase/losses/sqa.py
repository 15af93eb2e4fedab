"""How far the assessor's scores are from where there is nothing to gain."""

from __future__ import annotations

from typing import Callable, Mapping

import torch

from sqase.lookup import check_names
from sqase.sqa.assessor import Assessor
from sqase.sqa.augment import same_quality
from sqase.sqa.model import mode_index


class SQALoss:
    """Weighted mean over heads of the hinged distance to the head's ceiling.

    Each distance is in units of the label spread, so a weight means the same for
    PESQ as for SI-SNR in dB. A head at its ceiling pulls no more.

    Args:
        assessor: gives the assessor; called at each use, so that it may be
            loaded late and retrained in between.
        heads: metric -> weight.
        mode: what the assessor hears beside the enhanced signal: "blind",
            "noisy" or "reference".
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
    ) -> torch.Tensor:
        """Args: (batch, time) each, `lengths` (batch,). Returns: (batch,)."""
        second = {"blind": None, "noisy": noisy, "reference": reference}[self.mode]
        if self.mode != "blind" and second is None:
            raise ValueError(f"mode {self.mode}: expected its second signal, got None")
        assessor = self._assessor()
        check_names("assessor head", self.heads, assessor.metrics)
        signals = [enhanced.float()] + ([] if second is None else [second.float()])
        if self.augment and enhanced.requires_grad and torch.is_grad_enabled():
            signals = same_quality(signals, self.generator)
        scores = assessor(
            signals[0],
            lengths=lengths,
            second=signals[1] if second is not None else None,
            mode=self.mode,
        )
        total = scores.new_zeros(len(scores))
        for name, weight in self.heads.items():
            score = scores[:, assessor.metrics.index(name)]
            self.predicted[name] = score.detach()
            ceiling = assessor.config["ceilings"][self.mode][name]
            short = torch.relu(assessor.sign(name) * (ceiling - score))
            total = total + weight * short / assessor.config["spread"][name]
        return total / sum(self.heads.values())
