"""The closed loop: the assessor is retrained on the enhancer's own outputs.

Every few updates fresh outputs, each with what the starting model makes of the same
recording, go to worker processes that compute their true metrics while training goes
on; one refresh later they join the replay buffer, and the assessor is trained for a few
steps on fresh pairs, old ones and the leaderboard: on the scores, and on how much each
output gained or lost since the start, which is what guidance asks it. The lag of one
refresh makes the result independent of how fast the workers are. In a distributed run
the first rank does this and sends the weights.
The comparative head, which guides nothing, is left as it was.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import torch

from sqase.labels import LabelPool, Ticket
from sqase.sqa.assessor import SAMPLE_RATE, Assessor
from sqase.sqa.attack import flatter
from sqase.sqa.augment import same_quality
from sqase.sqa.clips import Batch, Leaderboard, draw_modes
from sqase.sqa.modes import MODES
from sqase.sqa.objective import difference_loss, multi_metric_loss
from sqase.tasks.replay import Replay

DIFFERENCE = 0.1
"""Of the label spread: the unit of differences to the starting model's output."""

Start = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Recordings (batch, time) and lengths -> the starting model's outputs, on the CPU."""


class Refresher:
    """Labels outputs of the enhancer and keeps the assessor up to date.

    Args:
        assessor: retrained in place.
        leaderboard: directory of the clips it was trained on.
        folder: where the replay buffer lives.
        metrics: true metrics of outputs that have a reference.
        real_metrics: true metrics of those that have none (non-intrusive).
        every: updates between refreshes.
        clips: outputs labelled at each refresh, half of them the starting model's.
        attacked: share of the others that are first changed to please the assessor more
            than they should; it then learns their true scores.
        steps: training steps of the assessor at each refresh.
        batch: clips in a step: half fresh and a quarter old, both in pairs, the rest
            leaderboard.
        lr: learning rate (Adam).
        modes: weights of each of `MODES` in a step.
        keep: refreshes whose clips stay in the buffer.
        workers: label processes.
        seed: of everything random here; the global state is never touched.
    """

    def __init__(
        self,
        assessor: Assessor,
        leaderboard: str | Path,
        folder: str | Path,
        metrics: Sequence[str],
        real_metrics: Sequence[str] = (),
        every: int = 10,
        clips: int = 32,
        attacked: float = 0.0,
        steps: int = 4,
        batch: int = 24,
        lr: float = 3.0e-4,
        modes: Sequence[float] = (0.3, 0.2, 0.5, 0.0),
        keep: int = 16,
        workers: int = 1,
        seed: int = 0,
    ):
        self.assessor = assessor
        self.leaderboard = Leaderboard(leaderboard, assessor.metrics)
        self.metrics, self.real_metrics = list(metrics), list(real_metrics)
        self.every, self.clips, self.steps = every, clips, steps
        self.attacked = attacked
        self.batch_size, self.modes = batch, list(modes)
        self.trained = assessor.model.trained_parameters()
        self.optimizer = torch.optim.Adam(self.trained, lr=lr)
        self.generator = torch.Generator().manual_seed(seed)
        self.updates = 0
        self.recent: list[Batch] = []
        self.pending: tuple[Batch, list] | None = None
        self.replay = Replay(Path(folder), keep)
        self.first = _rank() == 0
        self.pool = LabelPool(nj=workers) if self.first else None

    def observe(self, outputs: Batch, start: Start) -> dict[str, float]:
        """Note the outputs of one update; refresh when it is time.

        Args:
            outputs: CPU tensors without graph; labels are ignored.
            start: what the outputs are compared with.

        Returns:
            metric -> predicted minus true on the clips that came back, before
            the assessor learned from them; NaN where there are none.
        """
        self.updates += 1
        # 16 bit from here on, so that a resumed run sees the very same samples
        self.recent.append(Batch.unpack(outputs.pack()))
        while sum(len(b.lengths) for b in self.recent[1:]) >= self.clips // 2:
            self.recent.pop(0)
        gap = dict.fromkeys(self.assessor.metrics, float("nan"))
        if self.updates % self.every == 0:
            if self.first:
                gap = self._refresh(start) or gap
            gap = self._share(gap)
        return gap

    def _refresh(self, start: Start) -> dict[str, float] | None:
        gap = None
        if self.pending is not None:
            clips = self._collect()
            self.pending = None
            gap = self._gap(clips)
            self.replay.add(self.updates, clips)
            for _ in range(self.steps):
                self._step(clips)
            self.assessor.freeze()
        fresh = Batch.join(self.recent)
        order = torch.randperm(len(fresh.lengths), generator=self.generator)
        fresh = self._attack(fresh.rows(order[: self.clips // 2]))
        fresh = self._with_start(fresh, start)
        self.pending = (fresh, self._submit(fresh))
        self.recent = []
        return gap

    @staticmethod
    def _with_start(outputs: Batch, start: Start) -> Batch:
        """The outputs, then what the starting model makes of each recording."""
        before = start(outputs.noisy, outputs.lengths)
        missing = outputs.speech.shape[1] - before.shape[1]
        before = torch.nn.functional.pad(before, (0, missing))
        pairs = Batch.join([outputs, replace(outputs, speech=before)])
        return Batch.unpack(pairs.pack())

    def _attacked(self, count: int) -> int:
        """How many of the outputs of a refresh, the first, are attacked."""
        return int(self.attacked * count)

    def _attack(self, clips: Batch) -> Batch:
        """Change the first of the clips; 16 bit, as all of them."""
        count = self._attacked(len(clips.lengths))
        if count:
            some = clips.rows(slice(count))
            mode = draw_modes(some.modes, self.modes, self.generator)
            some = some.to(self.device)
            speech = flatter(self.assessor, some, mode.to(self.device), self.metrics)
            clips.speech[:count] = speech.cpu()
            clips = Batch.unpack(clips.pack())
        return clips

    def _submit(self, clips: Batch) -> list[tuple[list[int], Ticket]]:
        """Ask the workers for true metrics; one ticket for each kind of row."""
        has_reference = clips.modes[:, 2]
        tickets = []
        for known, metrics in ((True, self.metrics), (False, self.real_metrics)):
            rows = (has_reference == known).nonzero().squeeze(1).tolist()
            if rows and metrics:
                tasks = []
                for row in rows:
                    length = int(clips.lengths[row])
                    reference = clips.reference[row, :length].numpy() if known else None
                    tasks.append(
                        (metrics, reference, clips.speech[row, :length].numpy())
                    )
                ticket = self.pool.submit(tasks, sample_rate=SAMPLE_RATE)
                tickets.append((rows, ticket))
        return tickets

    def _collect(self) -> Batch:
        """Wait for the labels of the pending clips."""
        clips, tickets = self.pending
        metrics = self.assessor.metrics
        for rows, ticket in tickets:
            for row, scores in zip(rows, self.pool.result(ticket)):
                values = [_value(scores.get(name)) for name in metrics]
                clips.labels[row] = torch.tensor(values)
        self.pending = (clips, [])
        return clips

    @torch.no_grad()
    def _gap(self, clips: Batch) -> dict[str, float]:
        """In the mode that is trained most, blind where that cannot be; neither
        attacked outputs count nor the starting model's."""
        outputs = len(clips.lengths) // 2
        clips = clips.rows(slice(self._attacked(outputs), outputs))
        most = max(range(len(MODES)), key=lambda mode: (self.modes[mode], mode))
        mode = most * clips.modes[:, most].long()
        batch, mode = clips.to(self.device), mode.to(self.device)
        predicted = self.assessor(
            batch.speech, lengths=batch.lengths, second=batch.second(mode), mode=mode
        ).cpu()
        return dict(
            zip(self.assessor.metrics, (predicted - clips.labels).nanmean(0).tolist())
        )

    def _step(self, fresh: Batch) -> None:
        """One training step of the assessor."""
        half, quarter = self.batch_size // 2, self.batch_size // 4
        parts = [self._pairs(fresh, half // 2)]
        for _ in range(quarter // 2):
            old = self.replay.draw_before(self.updates, self.generator)
            parts += [] if old is None else [self._pairs(old, 1)]
        known = sum(len(p.lengths) for p in parts)
        parts.append(self.leaderboard.draw(self.batch_size - known, self.generator))
        batch = Batch.join(parts).to(self.device)
        mode = draw_modes(batch.modes.cpu(), self.modes, self.generator)
        mode[1:known:2] = mode[:known:2]
        mode = mode.to(self.device)
        self.assessor.unfreeze()
        speech, second = same_quality(
            [batch.speech, batch.second(mode)], self.generator
        )
        predicted = self.assessor(
            speech, lengths=batch.lengths, second=second, mode=mode
        )
        spread = self.assessor.spread
        loss, _ = multi_metric_loss(predicted, batch.labels, spread)
        pair = torch.arange(known, device=self.device) // 2
        loss = loss + difference_loss(
            predicted[:known], batch.labels[:known], pair, DIFFERENCE * spread
        )
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()

    def _pairs(self, clips: Batch, count: int) -> Batch:
        """Some outputs, each followed by the starting model's."""
        outputs = len(clips.lengths) // 2
        order = torch.randperm(outputs, generator=self.generator)[:count]
        return clips.rows(torch.stack([order, order + outputs], dim=1).flatten())

    @property
    def refreshes(self) -> int:
        """How often the assessor may have changed so far."""
        return self.updates // self.every

    @property
    def device(self) -> torch.device:
        """Where the assessor is."""
        return next(self.assessor.model.parameters()).device

    def _share(self, gap: dict[str, float]) -> dict[str, float]:
        """Give every rank the first rank's assessor."""
        if not torch.distributed.is_initialized():
            return gap
        for parameter in self.trained:
            torch.distributed.broadcast(parameter.data, 0)
        values = torch.tensor(list(gap.values()), device=self.device)
        torch.distributed.broadcast(values, 0)
        return dict(zip(gap, values.tolist()))

    def loop_state(self) -> dict[str, Any]:
        """What a resumed training needs; waits for labels under way."""
        if self.pending is not None:
            self._collect()
        pending = None if self.pending is None else self.pending[0].pack()
        return {
            "updates": self.updates,
            "assessor": self.assessor.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "recent": [b.pack() for b in self.recent],
            "pending": pending,
            "replay": self.replay.save(),
        }

    def load_loop_state(self, state: Mapping[str, Any]) -> None:
        """Take what `loop_state` gave; the buffer is read from its folder."""
        self.updates = state["updates"]
        self.assessor.model.load_state_dict(state["assessor"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.recent = [Batch.unpack(b) for b in state["recent"]]
        if state["pending"] is not None:
            self.pending = (Batch.unpack(state["pending"]), [])
        self.replay.load(state["replay"], read=self.first)


def _rank() -> int:
    ready = torch.distributed.is_initialized()
    return torch.distributed.get_rank() if ready else 0


def _value(score) -> float:
    return float("nan") if score is None or score.value is None else score.value
