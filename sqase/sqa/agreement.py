"""Agreement of predicted with true scores: per utterance, system, within system."""

from __future__ import annotations

import warnings
from typing import Sequence

import numpy as np
from scipy import stats

Row = dict[str, float | None]


def agreement(
    true: Sequence[float], predicted: Sequence[float]
) -> dict[str, float | None]:
    """MSE, Pearson (LCC), Spearman (SRCC) and Kendall tau-b (KTAU) correlation.

    Args:
        true: true scores, in the metric's unit.
        predicted: predicted scores of the same clips.

    Returns:
        {"mse", "lcc", "srcc", "ktau", "n"}; None where undefined (fewer than
        three pairs, or one side constant).

    >>> agreement([1, 2, 3, 4], [2, 4, 6, 9])["srcc"]
    1.0
    """
    pairs = np.array([true, predicted], dtype=float).reshape(2, -1)
    x, y = pairs[:, np.isfinite(pairs).all(0)]
    figures: dict[str, float | None] = dict.fromkeys(("mse", "lcc", "srcc", "ktau"))
    if len(x) > 0:
        figures["mse"] = float(np.mean((x - y) ** 2))
    if len(x) > 2 and np.ptp(x) > 0 and np.ptp(y) > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, function in (
                ("lcc", stats.pearsonr),
                ("srcc", stats.spearmanr),
                ("ktau", stats.kendalltau),
            ):
                figures[name] = float(function(x, y)[0])
    figures = {k: None if v is None else round(v, 4) for k, v in figures.items()}
    return {**figures, "n": len(x)}


def agreement_levels(
    true: np.ndarray, predicted: np.ndarray, systems: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Agreement of one metric at three levels.

    Args:
        true: (clips,), NaN where a label is missing.
        predicted: (clips,).
        systems: the system of each clip.

    Returns:
        {"utterance": over all clips, "system": over the means of systems,
        "within_system": mean over systems of the agreement among their clips}.
    """
    known = np.isfinite(true)
    names = np.asarray(systems)[known]
    true, predicted = np.asarray(true)[known], np.asarray(predicted)[known]
    groups = [names == name for name in sorted(set(names))]
    within = [agreement(true[g], predicted[g]) for g in groups]
    return {
        "utterance": agreement(true, predicted),
        "system": agreement(
            [true[g].mean() for g in groups], [predicted[g].mean() for g in groups]
        ),
        "within_system": {
            key: _mean([figures[key] for figures in within])
            for key in ("mse", "lcc", "srcc", "ktau")
        }
        | {"n": len(groups)},
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None
