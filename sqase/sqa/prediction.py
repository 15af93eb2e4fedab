"""Let an assessor score many clips on disk."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import torch

from sqase.formulas import FORMULAS, compare
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Batch, Leaderboard
from sqase.sqa.model import mean_signal
from sqase.sqa.modes import mode_index

BATCH = 16


@torch.no_grad()
def predict_clips(
    assessor: Assessor, board: Leaderboard, ids: Sequence[str], mode: str
) -> np.ndarray:
    """Predict every metric of some clips.

    Args:
        assessor: the assessor.
        board: where the clips are.
        ids: which of them.
        mode: one of `sqase.sqa.model.MODES`; clips that lack its second signal
            are heard blind.

    Returns:
        (clips, metrics), metric units, in the order of `ids`.
    """
    parts = []
    for start in range(0, len(ids), BATCH):
        batch = board.batch(ids[start : start + BATCH])
        parts.append(assessor(*_heard(batch, mode)).numpy())
    return np.concatenate(parts)


@torch.no_grad()
def against_committee(board: Leaderboard, ids: Sequence[str]) -> np.ndarray:
    """The metrics themselves, against the mean of the committee: no judge at all.

    Returns:
        (clips, metrics), NaN for metrics without a formula and clips without committee.
    """
    known = [name for name in board.metrics if name in FORMULAS]
    columns = [board.metrics.index(name) for name in known]
    scores = np.full((len(ids), len(board.metrics)), np.nan)
    for start in range(0, len(ids), BATCH):
        batch = board.batch(ids[start : start + BATCH])
        mean = mean_signal(batch.committee)
        found = compare(known, mean, batch.speech, batch.lengths)
        found[~batch.modes[:, mode_index("committee")]] = torch.nan
        scores[start : start + BATCH, columns] = found.numpy()
    return scores


@torch.no_grad()
def predict_differences(
    assessor: Assessor, board: Leaderboard, pairs: Sequence[tuple[str, str]], mode: str
) -> np.ndarray:
    """Predict how much better the first clip of each pair is than the other.

    Args:
        assessor, board, mode: as for `predict_clips`.
        pairs: ids of clips of one utterance.

    Returns:
        (pairs,), see `SQAModel.delta_quality`.
    """
    model = assessor.model
    summaries = {}
    ids = sorted({name for pair in pairs for name in pair})
    for start in range(0, len(ids), BATCH):
        names = ids[start : start + BATCH]
        heard = model.hear(*_heard(board.batch(names), mode))
        summaries.update(zip(names, model.summary(heard)))
    first, other = (torch.stack([summaries[n] for n in side]) for side in zip(*pairs))
    return model.compare(first, other).numpy()


def _heard(batch: Batch, mode: str) -> tuple[torch.Tensor, ...]:
    """Arguments of the model: a batch in one mode, blind where that is impossible."""
    index = mode_index(mode)
    modes = torch.where(batch.modes[:, index], index, 0)
    return batch.speech, batch.lengths, batch.second(modes), modes
