"""Loss wrappers for batches in which some rows have no reference.

`GuidedEnhancementModel` hands them, in `others`: `has_ref` (batch,) bool,
`speech_mix` (batch, time), `speech_lengths` (batch,), `committee` (batch, time), the mean
of what published enhancers made of it, `members` (batch, time, members), these, or None
without, `judge` (a call that gives the assessor), `parameters` (those that are
trained), `signal_terms` (a list that collects what guidance is scaled by: the weighted
losses against references), `start` (a call that gives the starting model's output for
the rows of which it gets the indices), `refreshes` (how often the assessor has changed).
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from espnet2.enh.loss.criterions.abs_loss import AbsEnhLoss
from espnet2.enh.loss.wrappers.abs_wrapper import AbsLossWrapper

from sqase.sqa.model import mean_signal

ROWS = ("reference", "real", "all")


def _rows(which: str, others: dict, batch: int) -> torch.Tensor:
    """Indices of the rows that a loss applies to."""
    has_ref = others.get("has_ref")
    if has_ref is None:
        has_ref = torch.ones(batch, dtype=torch.bool)
    keep = {"reference": has_ref, "real": ~has_ref, "all": torch.ones_like(has_ref)}
    return keep[which].nonzero().squeeze(1)


def _nothing(inf: list[torch.Tensor]) -> torch.Tensor:
    """Zero, with a graph: every rank of a distributed run has one."""
    return sum(i.sum() for i in inf) * 0.0


class ReferenceWrapper(AbsLossWrapper):
    """`fixed_order` over the rows that have a reference; name `reference`."""

    handles_missing_references = True

    def __init__(self, criterion: AbsEnhLoss, weight: float = 1.0):
        super().__init__()
        self.criterion, self.weight = criterion, weight

    def forward(self, ref, inf, others=None):
        """See `AbsLossWrapper`; ref and inf are lists of (batch, ...)."""
        others = others or {}
        rows = _rows("reference", others, len(inf[0]))
        perm = torch.arange(len(ref)).repeat(len(inf[0]), 1)
        name = self.criterion.name
        if len(rows) == 0:
            loss = _nothing(inf)
            return loss, {name: torch.full_like(loss, torch.nan)}, {"perm": perm}
        rows = rows.to(inf[0].device)
        loss = sum(self.criterion(r[rows], i[rows]).mean() for r, i in zip(ref, inf))
        loss = loss / len(ref)
        if self.weight and torch.is_grad_enabled():
            others.get("signal_terms", []).append(self.weight * loss)
        return loss, {name: loss.detach()}, {"perm": perm}


class _RealWrapper(AbsLossWrapper):
    """Compares rows without a reference with a target; a subclass says which."""

    handles_missing_references = True

    def __init__(self, criterion: AbsEnhLoss, weight: float = 1.0):
        super().__init__()
        self.criterion, self.weight = criterion, weight

    def forward(self, ref, inf, others=None):
        """See `AbsLossWrapper`."""
        rows = _rows("real", others, len(inf[0])).to(inf[0].device)
        if len(rows) == 0 or not torch.is_grad_enabled():
            loss = _nothing(inf)
            return loss, {self.criterion.name: torch.full_like(loss, torch.nan)}, {}
        enhanced = inf[0][rows]
        loss = self.criterion(self.target(rows, enhanced, others), enhanced).mean()
        if len(rows) == len(inf[0]):
            scale = self.scale(loss, enhanced, others)
            others["signal_terms"].append(self.weight * scale)
        return loss, {self.criterion.name: loss.detach()}, {}

    @abstractmethod
    def target(self, rows, enhanced, others) -> torch.Tensor:
        """What the rows are compared with, (rows, time)."""

    def scale(self, loss, enhanced, others) -> torch.Tensor:
        """What guidance is scaled by in a batch without any reference."""
        return loss


class AnchorWrapper(_RealWrapper):
    """Keeps rows without reference near the starting model; name `anchor`.

    The criterion compares the enhanced signal with what the model gave before
    the training began. In a batch without any reference it also stands in for the
    signal loss that guidance is scaled by: with the input in place of the start,
    since its own gradient is 0 where the training begins. That is never in the loss.
    """

    def target(self, rows, enhanced, others):
        """See `_RealWrapper`."""
        return others["start"](rows)

    def scale(self, loss, enhanced, others):
        """See `_RealWrapper`."""
        return self.criterion(others["speech_mix"], enhanced).mean()


class CommitteeWrapper(_RealWrapper):
    """Rows without a reference are held to what enhancers agree on; name `committee`.

    The target is the mean of the committee and of the starting model's own output: where
    their errors differ it is better than both, so that a starting model that is better
    than the committee has something to learn from it, too. In a batch without any
    reference, guidance is scaled by this loss.

    Args:
        criterion, weight: see `ReferenceWrapper`.
        own: share of the starting model in the target, 0 to 1.
    """

    def __init__(self, criterion: AbsEnhLoss, weight: float = 1.0, own: float = 0.0):
        super().__init__(criterion, weight)
        self.own = own

    def target(self, rows, enhanced, others):
        """See `_RealWrapper`."""
        committee = mean_signal(others["committee"][rows])
        return self.own * others["start"](rows) + (1.0 - self.own) * committee


class GuidedWrapper(AbsLossWrapper):
    """Adds the assessor's gradient at a set share of the signal loss's; `guided`.

    The two gradients are compared where they act, at the parameters: at equal norm
    at the waveform the assessor's is some fifty times smaller there, but coherent
    from batch to batch. The ratio is measured every few updates and smoothed; with a
    new assessor, whose gradient may be several times as large, it is measured anew.
    Rows without a reference use the norm of the signal loss as last measured; if
    there never was one, that of `AnchorWrapper`.

    Args:
        criterion: `SQACriterion`, or another that is called alike and has its
            `metrics`, `mode`, `stats` and `generator` (None if nothing in it is random).
        weight: the share; 0 only logs.
        rows: which rows are guided: "reference", "real" (those without) or "all".
        ramp: updates over which the share grows linearly from 0.
        measure_every: updates between measurements.
        smoothing: of the measured norms, in measurements.
    """

    handles_missing_references = True

    def __init__(
        self,
        criterion: AbsEnhLoss,
        weight: float = 0.1,
        rows: str = "reference",
        ramp: int = 50,
        measure_every: int = 5,
        smoothing: int = 8,
    ):
        super().__init__()
        if rows not in ROWS:
            raise ValueError(f"rows: expected one of {', '.join(ROWS)}, got {rows!r}")
        self.criterion, self.weight, self.rows = criterion, weight, rows
        self.ramp, self.measure_every, self.smoothing = ramp, measure_every, smoothing
        self.updates = self.refreshes = 0
        self.norms = {"signal": 0.0, "guidance": 0.0}

    def loop_state(self) -> dict:
        """What a resumed training needs."""
        generator = self.criterion.generator
        return {
            "updates": self.updates,
            "refreshes": self.refreshes,
            "norms": dict(self.norms),
            "generator": None if generator is None else generator.get_state(),
        }

    def load_loop_state(self, state: dict) -> None:
        """Take what `loop_state` gave."""
        self.updates, self.refreshes = state["updates"], state["refreshes"]
        self.norms = dict(state["norms"])
        if state["generator"] is not None:
            self.criterion.generator.set_state(state["generator"])

    def forward(self, ref, inf, others=None):
        """See `AbsLossWrapper`."""
        others = others or {}
        rows = _rows(self.rows, others, len(inf[0])).to(inf[0].device)
        training = torch.is_grad_enabled()
        self.updates += training
        committee = others.get("committee")
        if self.criterion.mode == "committee" and committee is None and not training:
            rows = rows[:0]  # validation has none
        if len(rows) == 0:
            loss = _nothing(inf)
            names = [f"{self.criterion.name}_{m}" for m in self.criterion.metrics]
            nan = torch.full_like(loss.detach(), torch.nan)
            return loss, dict.fromkeys([self.criterion.name, *names], nan), {}
        enhanced = inf[0]
        mix, lengths = others.get("speech_mix"), others.get("speech_lengths")
        values = self.criterion(
            ref[0][rows] if self.rows == "reference" else None,
            enhanced[rows],
            noisy=None if mix is None else mix[rows],
            lengths=None if lengths is None else lengths[rows].to(rows.device),
            committee=None if committee is None else committee[rows],
        )
        loss = values.mean()
        stats = {name: score.mean() for name, score in self.criterion.stats.items()}
        stats[self.criterion.name] = loss.detach()
        if training:
            loss = self._scaled(loss, enhanced, others)
        return loss, stats, {}

    def _scaled(self, loss, enhanced, others) -> torch.Tensor:
        """A loss of the same value whose gradient has the wanted share."""
        (gradient,) = torch.autograd.grad(loss, enhanced)
        early = self.updates <= self.measure_every
        changed = others.get("refreshes", 0) != self.refreshes
        if changed:
            self.refreshes, self.norms["guidance"] = others["refreshes"], 0.0
        if early or changed or self.updates % self.measure_every == 0:
            self._measure(enhanced, gradient, others)
        ready = min(1.0, self.updates / max(self.ramp, 1))
        signal, guidance = self.norms["signal"], self.norms["guidance"]
        scale = ready * signal / guidance if guidance > 0 else 0.0
        term = (enhanced * gradient).sum() * scale
        return term - term.detach() + loss.detach()

    def _measure(self, enhanced, gradient, others) -> None:
        """Update the smoothed norms of both gradients at the parameters."""
        terms = others.get("signal_terms")
        measured = {"guidance": _norm(enhanced, gradient, others["parameters"])}
        if terms:
            measured["signal"] = _norm(sum(terms), None, others["parameters"])
        for name, norm in measured.items():
            old = self.norms[name]
            share = 1.0 if old == 0.0 else 1.0 / self.smoothing
            self.norms[name] = (1 - share) * old + share * norm


def _norm(output, gradient, parameters) -> float:
    """Norm of d(output)/d(parameters)."""
    grads = torch.autograd.grad(
        output, parameters, grad_outputs=gradient, retain_graph=True, allow_unused=True
    )
    return float(torch.stack([g.float().norm() for g in grads if g is not None]).norm())
