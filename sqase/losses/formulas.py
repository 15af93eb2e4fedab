"""As the loss of an assessor, but the metrics' own formulas score in its place."""

from __future__ import annotations

from typing import Callable, Mapping

import torch

from sqase.formulas import FORMULAS, compare
from sqase.losses.sqa import SQALoss
from sqase.runtime.lookup import check_names
from sqase.sqa.assessor import Assessor
from sqase.sqa.model import mean_signal


class FormulaLoss(SQALoss):
    """`SQALoss` without a judge: what differs is who scores, and nothing else.

    Against a committee these scores are what a judge that hears it has to beat. Spreads
    and ceilings stay those of the assessor.

    Args:
        assessor: see `SQALoss`.
        heads: metric -> weight; metrics that have a formula.
        mode: what they are computed against: "noisy", "reference" or "committee".

    Raises:
        ValueError: a metric without formula.
    """

    def __init__(
        self,
        assessor: Callable[[], Assessor],
        heads: Mapping[str, float],
        mode: str = "reference",
    ):
        check_names("formula", heads, FORMULAS)
        super().__init__(assessor, heads, mode, augment=False)

    def _scores(self, assessor, enhanced, second, lengths) -> torch.Tensor:
        if second is None:
            raise ValueError(f"mode {self.mode}: expected its second signal, got None")
        if lengths is None:
            lengths = torch.full((len(enhanced),), enhanced.shape[1])
        names = list(self.heads)
        second = mean_signal(second) if second.ndim == 3 else second
        device = enhanced.device.type
        with torch.autocast(device, enabled=False):
            found = compare(names, second.float(), enhanced.float(), lengths)
        scores = found.new_zeros(len(enhanced), len(assessor.metrics))
        columns = torch.tensor([assessor.metrics.index(name) for name in names])
        return scores.index_copy(1, columns.to(found.device), found)
