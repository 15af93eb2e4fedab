"""Which change of an arm's outputs is better: does its judge know, and did it before?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sqase.runtime.seeding import rng_for
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Batch, Leaderboard
from sqase.sqa.direction import correlations
from sqase.sqa.prediction import (
    batch_against_committee,
    predict_batch,
    with_formula,
)
from sqase.tasks.versions import edited_speech

FORMULA = "formula"


def arm_direction(
    board: Leaderboard,
    judges: Mapping[str, Assessor],
    mode: str,
    true_scores: Callable,
    *,
    outputs: int,
    edits: int,
) -> dict[str, Any]:
    """Correlation of predicted with true scores over local edits of an arm's outputs.

    Args:
        board: outputs of the arm on a test set that has references.
        judges: name -> assessor, all of the same metrics.
        mode: what they hear beside an edit.
        true_scores: pairs (reference, signal) and names -> (pairs, names).
        outputs: how many of the outputs, evenly from all; fewer if there are no more.
        edits: of each, the same ones for every arm.

    Returns:
        {"mode", "ids", "correlations": {judge: {metric: [of each output; None where the
        truth does not move]}}}, of the metrics that have a formula. Where there is a
        committee, "formula" is a judge, too: the metric itself against its mean.
    """
    known = next(iter(judges.values())).metrics
    metrics = with_formula(known)
    columns = [known.index(name) for name in metrics]
    ids = board.ids[:: max(1, len(board.ids) // outputs)][:outputs]
    found: dict[str, list[np.ndarray]] = {}
    for name in ids:
        clips = _edits(board.batch([name]), edits, rng_for(f"{name} direction", 0))
        pairs = [
            (reference[:length].numpy(), speech[:length].numpy())
            for reference, speech, length in zip(
                clips.reference, clips.speech, clips.lengths
            )
        ]
        true = true_scores(pairs, metrics)
        said = {
            judge: predict_batch(assessor, clips, mode)[:, columns]
            for judge, assessor in judges.items()
        }
        if board.committee:
            said[FORMULA] = batch_against_committee(metrics, clips)
        for judge, scores in said.items():
            rows = correlations([range(edits)], true, scores)
            found.setdefault(judge, []).append(rows[0])
    return {
        "mode": mode,
        "ids": ids,
        "correlations": {
            judge: {m: _numbers(row) for m, row in zip(metrics, np.transpose(rows))}
            for judge, rows in found.items()
        },
    }


def _edits(output: Batch, count: int, rng: np.random.Generator) -> Batch:
    """Edits of one output, as rows, in 16 bit as a file has them."""
    rows = Batch.join([output] * count)
    return Batch.unpack(replace(rows, speech=edited_speech(rows, rng)).pack())


def _numbers(values: np.ndarray) -> list[float | None]:
    return [round(float(v), 4) if np.isfinite(v) else None for v in values]
