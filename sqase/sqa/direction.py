"""Does a judge know which small change of one clip is better?

That is what guidance asks, and agreement over different clips does not tell it: most of
that is how noisy the recordings are, which no enhancer can change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sqase.sqa.agreement import interval_of_mean
from sqase.sqa.clips import Leaderboard

FEWEST = 4  # edits of a clip that make a correlation


def direction(
    board: Leaderboard,
    predicted: Mapping[str, np.ndarray],
    null: np.ndarray | None = None,
) -> dict[str, Any]:
    """Correlation of predicted with true scores over the edits of one output.

    Args:
        board: labelled clips, local edits among them.
        predicted: mode -> (clips, metrics), of all ids.
        null: (clips, metrics), what stands there without a judge; NaN where nothing.

    Returns:
        {"modes": {mode: {metric: figures}}, "null": {metric: figures},
        "above_null": {mode: {metric: figures}}}: mean over outputs, its bootstrap
        interval and their number, {"mean", "ci95", "n"}; in "above_null", of the
        difference on the same outputs. A judge that says the same of all edits of an
        output has a correlation of 0 there. Empty without edits.
    """
    rows = {name: row for row, name in enumerate(board.ids)}
    groups = [[rows[name] for name in names] for names in board.edits().values()]
    if not groups:
        return {}
    true = np.array([board.labels[name] for name in board.ids])
    found = {
        mode: correlations(groups, true, said) for mode, said in predicted.items()
    }
    result: dict[str, Any] = {
        "modes": {mode: _figures(board.metrics, rs) for mode, rs in found.items()}
    }
    if null is not None:
        base = correlations(groups, true, null)
        base[:, np.isnan(null).all(0)] = np.nan
        result["null"] = _figures(board.metrics, base)
        result["above_null"] = {
            mode: _figures(board.metrics, rs - base) for mode, rs in found.items()
        }
    return result


def correlations(
    groups: Sequence[Sequence[int]], true: np.ndarray, said: np.ndarray
) -> np.ndarray:
    """Of what is said with the truth, within each group.

    Args:
        groups: rows of the edits of each output.
        true, said: (clips, metrics).

    Returns:
        (groups, metrics), NaN where the truth is not known or does not move.
    """
    found = np.full((len(groups), true.shape[1]), np.nan)
    for row, group in enumerate(groups):
        for column in range(true.shape[1]):
            x, y = true[group, column], said[group, column]
            x, y = x[np.isfinite(x)], y[np.isfinite(x)]
            if len(x) >= FEWEST and np.ptp(x) > 0:
                moves = np.isfinite(y).all() and np.ptp(y) > 0
                found[row, column] = np.corrcoef(x, y)[0, 1] if moves else 0.0
    return found


def _figures(metrics: Sequence[str], values: np.ndarray) -> dict[str, dict]:
    return {
        metric: interval_of_mean(column)
        for metric, column in zip(metrics, values.T, strict=True)
        if np.isfinite(column).any()
    }
