"""The closed loop: the assessor is retrained on the enhancer's own outputs.

Every few updates fresh outputs, each with other versions of the same clip
(`sqase.tasks.versions`), go to worker processes that compute their true metrics while
training goes on; one refresh later they join the replay buffer, and the assessor learns
from them (`sqase.tasks.learning`). The lag of one refresh makes the result independent
of how fast the workers are. In a distributed run the first rank does this and sends the
weights.

A bystander is a second assessor that learns from the same labels and guides nothing. An
enhancer that only learns what pleases its judge does not please the bystander: their gaps
then part.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import torch

from sqase.labels import LabelPool, Ticket
from sqase.sqa.assessor import SAMPLE_RATE, Assessor
from sqase.sqa.attack import flatter
from sqase.sqa.clips import Batch, Leaderboard
from sqase.sqa.draws import draw_modes
from sqase.tasks.learning import Learner
from sqase.tasks.replay import Replay
from sqase.tasks.versions import VERSIONS, outputs_of, with_versions

Start = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Recordings (batch, time) and lengths -> the starting model's outputs, on the CPU."""


class Refresher:
    """Labels outputs of the enhancer and keeps the assessor up to date.

    Args:
        assessor: retrained in place.
        leaderboard: directory of the clips it was trained on.
        folder: where the replay buffer lives.
        metrics: true metrics of the outputs; those without a reference are not taken.
        every: updates between refreshes.
        clips: labelled at each refresh: `VERSIONS` of each output.
        attacked: share of the outputs that are first changed to please the assessor
            more than they should; it then learns their true scores.
        steps: training steps of the assessor at each refresh.
        batch, lr, modes: see `Learner`.
        keep: refreshes whose clips stay in the buffer.
        workers: label processes.
        bystander: folder of a second assessor; None for none.
        seed: of everything random here; the global state is never touched.
    """

    def __init__(
        self,
        assessor: Assessor,
        leaderboard: str | Path,
        folder: str | Path,
        metrics: Sequence[str],
        every: int = 10,
        clips: int = 32,
        attacked: float = 0.0,
        steps: int = 4,
        batch: int = 24,
        lr: float = 3.0e-4,
        modes: Sequence[float] = (0.3, 0.2, 0.5, 0.0),
        keep: int = 16,
        workers: int = 1,
        bystander: str | Path | None = None,
        seed: int = 0,
    ):
        board = Leaderboard(leaderboard, assessor.metrics)
        self.judge = Learner(assessor, board, modes, batch, lr, seed)
        self.learners = {"gap": self.judge}  # what is told of it -> who learns
        if bystander is not None:
            other = Assessor.load(bystander)
            other = Learner(other, board, modes, batch, lr, seed + 1)
            self.learners["bystander_gap"] = other
        self.metrics = list(metrics)
        self.every, self.outputs, self.steps = every, clips // VERSIONS, steps
        self.attacked, self.modes = attacked, list(modes)
        self.generator = torch.Generator().manual_seed(seed)
        self.updates = 0
        self.recent: list[Batch] = []
        self.pending: tuple[Batch, Ticket | None] | None = None
        self.replay = Replay(Path(folder), keep)
        self.first = _rank() == 0
        self.pool = LabelPool(nj=workers) if self.first else None

    def observe(self, outputs: Batch, start: Start) -> dict[str, float]:
        """Note the outputs of one update; refresh when it is time.

        Args:
            outputs: CPU tensors without graph; labels are ignored.
            start: what the outputs are compared with.

        Returns:
            "gap_<metric>", and "bystander_gap_<metric>" where there is one -> predicted
            minus true on the outputs that came back, before they were learned from; NaN
            where there are none.
        """
        self.updates += 1
        outputs = outputs.rows(outputs.modes[:, 2])
        if len(outputs.lengths):
            # 16 bit from here on, so that a resumed run sees the very same samples
            self.recent.append(Batch.unpack(outputs.pack()))
        while sum(len(b.lengths) for b in self.recent[1:]) >= self.outputs:
            self.recent.pop(0)
        gaps = {
            f"{name}_{metric}": float("nan")
            for name in self.learners
            for metric in self.assessor.metrics
        }
        if self.updates % self.every == 0:
            if self.first:
                gaps |= self._refresh(start)
            gaps = self._share(gaps)
        return gaps

    def _refresh(self, start: Start) -> dict[str, float]:
        gaps: dict[str, float] = {}
        if self.pending is not None:
            clips = self._collect()
            self.pending = None
            self.replay.add(self.updates, clips)
            outputs = outputs_of(clips)
            own = clips.rows(slice(self._attacked(outputs), outputs))
            for name, learner in self.learners.items():
                gap = learner.to(self.device).gap(own)
                gaps |= {f"{name}_{metric}": value for metric, value in gap.items()}
                learner.learn(clips, self.replay, self.updates, self.steps)
        if self.recent:
            fresh = Batch.join(self.recent)
            order = torch.randperm(len(fresh.lengths), generator=self.generator)
            fresh = self._attack(fresh.rows(order[: self.outputs]))
            seed = int(torch.randint(2**31, (1,), generator=self.generator))
            before = start(fresh.noisy, fresh.lengths)
            fresh = with_versions(fresh, before, np.random.default_rng(seed))
            self.pending = (fresh, self._submit(fresh))
            self.recent = []
        return gaps

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

    def _submit(self, clips: Batch) -> Ticket:
        """Ask the workers for true metrics."""
        tasks = [
            (self.metrics, reference[:length].numpy(), speech[:length].numpy())
            for reference, speech, length in zip(
                clips.reference, clips.speech, clips.lengths.tolist()
            )
        ]
        return self.pool.submit(tasks, sample_rate=SAMPLE_RATE)

    def _collect(self) -> Batch:
        """Wait for the labels of the pending clips."""
        clips, ticket = self.pending
        if ticket is not None:
            metrics = self.assessor.metrics
            for row, scores in enumerate(self.pool.result(ticket)):
                values = [_value(scores.get(name)) for name in metrics]
                clips.labels[row] = torch.tensor(values)
        self.pending = (clips, None)
        return clips

    @property
    def assessor(self) -> Assessor:
        """The one that guides, as it is now."""
        return self.judge.assessor

    @property
    def refreshes(self) -> int:
        """How often the assessor may have changed so far."""
        return self.updates // self.every

    @property
    def device(self) -> torch.device:
        """Where the assessor is."""
        return self.judge.device

    def _share(self, gaps: dict[str, float]) -> dict[str, float]:
        """Give every rank the first rank's assessors."""
        if not torch.distributed.is_initialized():
            return gaps
        for learner in self.learners.values():
            learner.to(self.device).share()
        values = torch.tensor(list(gaps.values()), device=self.device)
        torch.distributed.broadcast(values, 0)
        return dict(zip(gaps, values.tolist()))

    def loop_state(self) -> dict[str, Any]:
        """What a resumed training needs; waits for labels under way."""
        if self.pending is not None:
            self._collect()
        pending = None if self.pending is None else self.pending[0].pack()
        return {
            "updates": self.updates,
            "learners": {name: each.state() for name, each in self.learners.items()},
            "generator": self.generator.get_state(),
            "recent": [b.pack() for b in self.recent],
            "pending": pending,
            "replay": self.replay.save(),
        }

    def load_loop_state(self, state: Mapping[str, Any]) -> None:
        """Take what `loop_state` gave; the buffer is read from its folder."""
        self.updates = state["updates"]
        for name, learner in self.learners.items():
            learner.to(self.device).load(state["learners"][name])
        self.generator.set_state(state["generator"])
        self.recent = [Batch.unpack(b) for b in state["recent"]]
        if state["pending"] is not None:
            self.pending = (Batch.unpack(state["pending"]), None)
        self.replay.load(state["replay"], read=self.first)


def _rank() -> int:
    ready = torch.distributed.is_initialized()
    return torch.distributed.get_rank() if ready else 0


def _value(score) -> float:
    return float("nan") if score is None or score.value is None else score.value
