"""What the metrics themselves say, computed against the second signal."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from sqase.formulas import FORMULAS, compare
from sqase.formulas.energy import si_snr
from sqase.sqa.modes import MODES, mode_index

EDGE = 1.0e-3  # of a head's range: nearer to its ends a logit has no use
TRUSTED = "reference", "committee"
BY_EACH = "pesq_wb", "stoi", "estoi"
"""Metrics that are also computed against each member of a committee. Which small change
of a clip is better, PESQ and ESTOI against one that leaves little noise tell more often
than against the mean, SI-SNR and SDR less often."""
FLOOR = 1.0e-3  # beside the RMS magnitude of a spectrum: -60 dB


class Known(nn.Module):
    """The logits that heads start from, and the same as features.

    Where the second signal is a reference, the metrics computed against it are the
    truth; where it is a committee, they are the guess that a judge has to beat. So the
    heads begin there. Against the noisy recording they are a feature like others.

    Of a committee whose members are known, those of `BY_EACH` are weighted means over
    what they are against each member and against the mean of all. The weights, equal
    at first, are learned from how near a member is to the mean, and how deep its
    pauses are: so a committee may have other members than those of the training.

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
        self.by_each = [name for name in self.names if name in BY_EACH]
        columns = [list(metrics).index(name) for name in self.names]
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("low", low[columns], persistent=False)
        self.register_buffer("high", high[columns], persistent=False)
        trust = torch.zeros(len(MODES), len(columns))
        trust[[mode_index(name) for name in TRUSTED]] = 1.0
        self.trust = nn.Parameter(trust)
        self.tell = nn.Linear(2 * len(columns), dim)
        self.weigh = nn.Sequential(
            nn.Linear(3, 16), nn.GELU(), nn.Linear(16, len(self.by_each))
        )
        nn.init.zeros_(self.weigh[2].weight)
        nn.init.zeros_(self.weigh[2].bias)
        self.heads = len(metrics)

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        members: torch.Tensor,
        lengths: torch.Tensor,
        mode: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads may begin with.

        Args:
            speech, second: (batch, time).
            members: (batch, time, members) whose mean `second` is, zeros for those
                that are none.
            lengths: (batch,) valid samples.
            mode: (batch,) indices into `MODES`.

        Returns:
            logits to start from (batch, metrics), and features (batch, dim); zero in
            rows that are heard blind and for heads without a formula.
        """
        start = speech.new_zeros(len(speech), self.heads)
        told = speech.new_zeros(len(speech), self.tell.out_features)
        rows = (mode > 0).nonzero().squeeze(1)
        if len(rows) and self.names:
            logits = self._logits(self.names, second[rows], speech[rows], lengths[rows])
            heard = speech[rows], second[rows], members[rows], lengths[rows]
            logits, spread = self._by_each(logits, *heard)
            there = start.index_put(
                (rows[:, None], self.columns[None]), self.trust[mode[rows]] * logits
            )
            features = self.tell(torch.cat([logits, spread], dim=1))
            start, told = there, told.index_put((rows,), features)
        return start, told

    def _logits(self, names, second, speech, lengths) -> torch.Tensor:
        """(rows, names)"""
        scores = compare(names, second, speech, lengths)
        some = [self.names.index(name) for name in names]
        low, high = self.low[some], self.high[some]
        return ((scores - low) / (high - low)).clamp(EDGE, 1 - EDGE).logit()

    def _by_each(
        self,
        logits: torch.Tensor,
        speech: torch.Tensor,
        mean: torch.Tensor,
        members: torch.Tensor,
        lengths: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Weighted logits and their spread over members, (rows, names) each."""
        there = (members != 0).any(1)
        there = there & (there.sum(1, keepdim=True) > 1)  # one member is the mean
        row, member = there.nonzero(as_tuple=True)
        some = [self.names.index(name) for name in self.by_each]
        table = logits.new_zeros(*there.shape, len(some))
        facts = logits.new_zeros(*there.shape, 3)
        if len(row):
            each = members[row, :, member]
            found = self._logits(self.by_each, each, speech[row], lengths[row])
            table = table.index_put((row, member), found)
            found = _facts(each, mean[row], lengths[row])
            facts = facts.index_put((row, member), found)
        table = torch.cat([logits[:, None, some], table], dim=1)  # the mean is first
        of_mean = facts.new_tensor([0.0, 0.0, 1.0]).expand(len(facts), 1, 3)
        weights = self.weigh(torch.cat([of_mean, facts], dim=1))
        heard = torch.nn.functional.pad(there, (1, 0), value=True)[:, :, None]
        weights = weights.masked_fill(~heard, -torch.inf).softmax(1)
        middle = (weights * table).sum(1)
        variance = (weights * (table - middle[:, None]).square()).sum(1)
        columns = torch.tensor(some, device=logits.device).expand(len(logits), -1)
        spread = torch.zeros_like(logits).scatter(1, columns, (variance + 1e-6).sqrt())
        return logits.scatter(1, columns, middle), spread


@torch.no_grad()
def _facts(
    member: torch.Tensor, mean: torch.Tensor, lengths: torch.Tensor
) -> torch.Tensor:
    """(pairs, 3): how near a member is to the mean, how deep its pauses are, and 0."""
    pictures = []
    for wave in (member, mean):
        taper = torch.hann_window(512, device=wave.device)
        spectrum = torch.stft(wave, 512, 256, window=taper, return_complex=True).abs()
        loud = spectrum.square().mean((1, 2), keepdim=True).sqrt()
        pictures.append((spectrum / (loud + 1e-10) + FLOOR).log())
    valid = torch.arange(pictures[0].shape[2], device=member.device) * 256
    valid = (valid < lengths[:, None])[:, None]
    depth = ((pictures[0] - pictures[1]) * valid).sum((1, 2)) / valid.sum((1, 2))
    near = si_snr(mean, member) / 20
    return torch.stack([near, depth / pictures[0].shape[1], 0 * near], dim=1)
