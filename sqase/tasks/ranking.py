"""Targets for recordings that a judge picks among candidates; it is never differentiated."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from espnet2.enh.loss.criterions.abs_loss import AbsEnhLoss

from sqase.sqa.assessor import Assessor
from sqase.tasks.wrapper import CommitteeWrapper


class RankedWrapper(CommitteeWrapper):
    """As `committee`, towards the candidate that the judge likes best; name `ranked`.

    Candidates are the target of `committee`, the committee's mean, the means without one
    of its members, the enhancer's own output and mild presets of it. Where all heads
    agree on one, it is the target of the row; else the first is. It is asked anew at each update, so that
    it is the judge as the last refresh left it, and the output as it is now.

    Args:
        criterion, weight, own: see `CommitteeWrapper`.
        heads: metrics of the judge that must agree.
    """

    def __init__(
        self,
        criterion: AbsEnhLoss,
        weight: float = 1.0,
        own: float = 0.0,
        heads: Sequence[str] = ("pesq_wb", "estoi"),
    ):
        super().__init__(criterion, weight, own)
        self.heads = list(heads)

    @torch.no_grad()
    def target(self, rows, enhanced, others) -> torch.Tensor:
        """See `CommitteeWrapper`."""
        lengths = others["speech_lengths"][rows.cpu()].to(rows.device)
        members, mix = others["committee"][rows], others["speech_mix"][rows]
        judge = others["judge"]().to(enhanced.device)
        plain = super().target(rows, enhanced, others)
        found = candidates(plain, members, enhanced.detach(), mix)
        best = pick(judge, found, members, lengths, self.heads)
        return found[best, torch.arange(len(best))]


def candidates(
    plain: torch.Tensor, members: torch.Tensor, output: torch.Tensor, noisy: torch.Tensor
) -> torch.Tensor:
    """What may be a recording's target.

    Args:
        plain: (batch, time), the first of them.
        members: (batch, time, members).
        output, noisy: (batch, time).

    Returns:
        (candidates, batch, time).
    """
    count, mean = members.shape[2], members.mean(2)
    without = [(count * mean - members[:, :, n]) / (count - 1) for n in range(count)]
    presets = 0.9 * output + 0.1 * noisy, 0.5 * output + 0.5 * mean
    return torch.stack([plain, mean, *without, output, *presets])


def pick(
    judge: Assessor,
    found: torch.Tensor,
    members: torch.Tensor,
    lengths: torch.Tensor,
    heads: Sequence[str],
) -> torch.Tensor:
    """Let the judge, which hears the committee, pick one.

    Args:
        judge: frozen.
        found: (candidates, batch, time).
        members: (batch, time, members) of the committee.
        lengths: (batch,) valid samples.
        heads: metrics.

    Returns:
        (batch,) number of the candidate that is the best by all heads; else 0.
    """
    count = len(found)
    second = members.repeat(count, 1, 1)
    scores = judge(found.flatten(0, 1), lengths.repeat(count), second, "committee")
    scores = scores.unflatten(0, (count, -1))
    best = torch.stack(
        [
            (judge.sign(name) * scores[:, :, judge.metrics.index(name)]).argmax(0)
            for name in heads
        ]
    )
    return torch.where((best == best[0]).all(0), best[0], 0)
