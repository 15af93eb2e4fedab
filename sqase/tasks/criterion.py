"""Losses of this package as criterions of ESPnet's enhancement task."""

from __future__ import annotations

from typing import Callable, Mapping

import torch
from espnet2.enh.loss.criterions.time_domain import TimeDomainLoss

from sqase.losses.compressed_spectrum import CompressedSpectrum
from sqase.losses.formulas import FormulaLoss
from sqase.losses.multi_resolution_l1 import MultiResolutionL1
from sqase.losses.sqa import SQALoss
from sqase.sqa.assessor import Assessor


class CompressedSpectrumCriterion(TimeDomainLoss):
    """`sqase.losses.compressed_spectrum` under the name `compressed_spectrum`.

    Args:
        name: of the loss in logs.
        conf: arguments of `CompressedSpectrum`.
    """

    def __init__(self, name: str = "compressed_spectrum", **conf):
        super().__init__(name)
        self.loss = CompressedSpectrum(**conf)

    def forward(self, ref: torch.Tensor, inf: torch.Tensor) -> torch.Tensor:
        """(batch, time) twice -> (batch,)."""
        return self.loss(ref, inf)


class MultiResolutionL1Criterion(TimeDomainLoss):
    """`sqase.losses.multi_resolution_l1` under the name `multi_resolution_l1`.

    Args:
        name: of the loss in logs.
        conf: arguments of `MultiResolutionL1`.
    """

    def __init__(self, name: str = "multi_resolution_l1", **conf):
        super().__init__(name)
        self.loss = MultiResolutionL1(**conf)

    def forward(self, ref: torch.Tensor, inf: torch.Tensor) -> torch.Tensor:
        """(batch, time) twice -> (batch,)."""
        return self.loss(ref, inf)


class SQACriterion(TimeDomainLoss):
    """`sqase.losses.sqa.SQALoss` under the name `sqa`.

    In the settings::

        criterions:
          - name: sqa
            conf: {heads: {pesq_wb: 1.0, estoi: 1.0}, mode: reference}
            wrapper: guided
            wrapper_conf: {weight: 0.3}

    Args:
        heads: metric -> weight.
        mode: one of `sqase.sqa.modes.MODES`.
        name: of the loss in logs.
        assessor: folder of an assessor; not needed in `GuidedEnhancementTask`,
            which binds the one in its loop.
        seed: of the changes made before the assessor hears a signal.
        augment: whether they are made.
    """

    def __init__(
        self,
        heads: Mapping[str, float],
        mode: str = "blind",
        name: str = "sqa",
        assessor: str | None = None,
        seed: int = 0,
        augment: bool = True,
    ):
        super().__init__(name)
        self._folder = assessor
        self._source: Callable[[], Assessor] = self._load
        self.loss = SQALoss(lambda: self._source(), heads, mode, seed, augment)
        self.metrics, self.mode = tuple(heads), mode
        self.generator = self.loss.generator
        self.stats: dict[str, torch.Tensor] = {}

    def bind(self, source: Callable[[], Assessor]) -> None:
        """Use the assessor that `source` gives, whatever it is at the time."""
        self._source = source

    def _load(self) -> Assessor:
        """Load the assessor late: building a model must not need one."""
        if self._folder is None:
            raise ValueError(
                f"criterion {self.name}: expected an assessor, got none. "
                "Give its folder as conf: {assessor: ...}"
            )
        assessor = Assessor.load(self._folder)
        self._source = lambda: assessor
        return assessor

    def forward(
        self,
        ref: torch.Tensor | None,
        inf: torch.Tensor,
        noisy: torch.Tensor | None = None,
        lengths: torch.Tensor | None = None,
        committee: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Args: (batch, time) each. Returns: (batch,), lower is better."""
        self._source().to(inf.device)
        values = self.loss(ref, inf, noisy, lengths, committee)
        self.stats = {
            f"{self.name}_{metric}": score
            for metric, score in self.loss.predicted.items()
        }
        return values


class FormulaCriterion(SQACriterion):
    """`sqase.losses.formulas.FormulaLoss` under the name `formulas`, in place of `sqa`.

    Args:
        heads, mode, name, assessor: see `SQACriterion`.
    """

    def __init__(
        self,
        heads: Mapping[str, float],
        mode: str = "reference",
        name: str = "formulas",
        assessor: str | None = None,
    ):
        super().__init__(heads, mode, name, assessor)
        self.loss = FormulaLoss(lambda: self._source(), heads, mode)
        self.generator = None  # nothing in it is random
