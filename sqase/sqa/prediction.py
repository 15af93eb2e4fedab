"""Let an assessor score many clips on disk."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.model import mode_index

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
        index = mode_index(mode)
        modes = torch.where(batch.modes[:, index], index, 0)
        scores = assessor(batch.speech, batch.lengths, batch.second(modes), modes)
        parts.append(scores.numpy())
    return np.concatenate(parts)
