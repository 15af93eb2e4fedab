"""Let an assessor score many clips on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    return np.concatenate(
        [predict_batch(assessor, batch, mode) for batch in _batches(board, ids)]
    )


@torch.no_grad()
def predict_batch(assessor: Assessor, batch: Batch, mode: str) -> np.ndarray:
    """As `predict_clips`, of clips in memory."""
    return assessor(*_heard(batch, mode)).numpy()


def against_committee(board: Leaderboard, ids: Sequence[str]) -> np.ndarray:
    """The metrics themselves, against the mean of the committee: no judge at all.

    Returns:
        (clips, metrics), NaN for metrics without a formula and clips without committee.
    """
    return np.concatenate(
        [batch_against_committee(board.metrics, b) for b in _batches(board, ids)]
    )


def with_formula(metrics: Sequence[str]) -> list[str]:
    """Those of some metrics that can be computed on tensors (`sqase.formulas`)."""
    return [name for name in metrics if name in FORMULAS]


@torch.no_grad()
def batch_against_committee(metrics: Sequence[str], batch: Batch) -> np.ndarray:
    """As `against_committee`, of clips in memory."""
    known = with_formula(metrics)
    columns = [metrics.index(name) for name in known]
    scores = np.full((len(batch.lengths), len(metrics)), np.nan)
    mean = mean_signal(batch.committee)
    found = compare(known, mean, batch.speech, batch.lengths)
    found[~batch.modes[:, mode_index("committee")]] = torch.nan
    scores[:, columns] = found.numpy()
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


def _batches(board: Leaderboard, ids: Sequence[str]) -> Iterator[Batch]:
    for start in range(0, len(ids), BATCH):
        yield board.batch(ids[start : start + BATCH])


def _heard(batch: Batch, mode: str) -> tuple[torch.Tensor, ...]:
    """Arguments of the model: a batch in one mode, blind where that is impossible."""
    index = mode_index(mode)
    modes = torch.where(batch.modes[:, index], index, 0)
    return batch.speech, batch.lengths, batch.second(modes), modes
