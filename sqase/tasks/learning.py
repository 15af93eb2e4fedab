"""How an assessor learns from the clips that were labelled in the closed loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.augment import same_quality
from sqase.sqa.clips import Batch, Leaderboard
from sqase.sqa.draws import draw_modes
from sqase.sqa.modes import MODES
from sqase.sqa.objective import difference_loss, multi_metric_loss
from sqase.tasks.replay import Replay
from sqase.tasks.versions import VERSIONS, draw_groups


class Learner:
    """Trains an assessor on fresh clips, old ones and the leaderboard.

    On the scores, and on how much the versions of an output differ. The comparative
    head, which guides nothing, is left as it was.

    Args:
        assessor: trained in place.
        leaderboard: of the clips it was trained on.
        modes: weights of each of `MODES` in a step.
        batch: clips in a step: half of them fresh and a quarter old, as far as whole
            groups of versions make that up, the rest leaderboard.
        lr: learning rate (Adam).
        seed: of everything random here; the global state is never touched.
    """

    def __init__(
        self,
        assessor: Assessor,
        leaderboard: Leaderboard,
        modes: Sequence[float],
        batch: int,
        lr: float,
        seed: int,
    ):
        self.assessor, self.leaderboard = assessor, leaderboard
        self.modes, self.batch_size = list(modes), batch
        local = leaderboard.local_spread()
        self.local_spread = torch.tensor([local[m] for m in assessor.metrics])
        self.trained = assessor.model.trained_parameters()
        self.optimizer = torch.optim.Adam(self.trained, lr=lr)
        self.generator = torch.Generator().manual_seed(seed)

    def learn(self, fresh: Batch, replay: Replay, update: int, steps: int) -> None:
        """Train for some steps.

        Args:
            fresh: of `with_versions`, labelled.
            replay: older ones.
            update: at which the fresh ones came.
            steps: how many.
        """
        self.assessor.unfreeze()
        for _ in range(steps):
            self.step(fresh, replay, update)
        self.assessor.freeze()

    def step(self, fresh: Batch, replay: Replay, update: int) -> None:
        """One step; the arguments are those of `learn`."""
        parts = [draw_groups(fresh, self.batch_size // (2 * VERSIONS), self.generator)]
        for _ in range(self.batch_size // (4 * VERSIONS)):
            old = replay.draw_before(update, self.generator)
            parts += [] if old is None else [draw_groups(old, 1, self.generator)]
        known = sum(len(part.lengths) for part in parts)
        parts.append(self.leaderboard.draw(self.batch_size - known, self.generator))
        batch = Batch.join(parts).to(self.device)
        rows = torch.arange(len(batch.lengths))
        first = torch.where(rows < known, rows // VERSIONS * VERSIONS, rows)
        mode = draw_modes(batch.modes.cpu(), self.modes, self.generator)
        mode = mode[first].to(self.device)
        sound = [batch.speech, *batch.second(mode).unbind(2)]
        speech, *second = same_quality(sound, self.generator, first)
        predicted = self.assessor(
            speech, lengths=batch.lengths, second=torch.stack(second, 2), mode=mode
        )
        loss, _ = multi_metric_loss(predicted, batch.labels, self.assessor.spread)
        loss = loss + difference_loss(
            predicted[:known],
            batch.labels[:known],
            first[:known].to(self.device),
            self.local_spread.to(self.device),
        )
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()

    @torch.no_grad()
    def gap(self, clips: Batch) -> dict[str, float]:
        """Metric -> predicted minus true, the mean; NaN where no clip has a label.

        In the mode that is trained most, blind where that cannot be.
        """
        most = max(range(len(MODES)), key=lambda mode: (self.modes[mode], mode))
        mode = most * clips.modes[:, most].long()
        batch, mode = clips.to(self.device), mode.to(self.device)
        predicted = self.assessor(
            batch.speech, lengths=batch.lengths, second=batch.second(mode), mode=mode
        ).cpu()
        means = (predicted - clips.labels).nanmean(0).tolist()
        return dict(zip(self.assessor.metrics, means))

    def to(self, device: torch.device) -> "Learner":
        """Move the assessor."""
        self.assessor.to(device)
        return self

    def share(self) -> None:
        """Give every rank of a distributed run the first rank's assessor."""
        for parameter in self.trained:
            torch.distributed.broadcast(parameter.data, 0)

    @property
    def device(self) -> torch.device:
        """Where the assessor is."""
        return next(self.assessor.model.parameters()).device

    def state(self) -> dict[str, Any]:
        """What a resumed training needs."""
        return {
            "assessor": self.assessor.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take what `state` gave."""
        self.assessor.model.load_state_dict(state["assessor"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
