"""Agreement of predicted with true scores: per utterance, system, within system."""

from __future__ import annotations

import warnings
from typing import Sequence

import numpy as np
from scipy import stats

DRAWS = 400
LEVEL = 0.95


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


def intervals(
    true: np.ndarray,
    predicted: np.ndarray,
    systems: Sequence[str],
    utterances: Sequence[str],
) -> dict[str, dict[str, list[float] | None]]:
    """Bootstrap intervals of the correlations of one metric, 95 %.

    Utterances are drawn with replacement, with the clips that all systems made of
    them: those resemble each other.

    Args:
        true: (clips,), NaN where a label is missing.
        predicted: (clips,).
        systems: the system of each clip.
        utterances: what each clip was made from.

    Returns:
        {"utterance" | "system": {"lcc_ci95" | "srcc_ci95": [low, high]}}; None where
        the correlation is undefined in some of the draws.
    """
    known = np.isfinite(true)
    true, predicted = np.asarray(true)[known], np.asarray(predicted)[known]
    _, system = np.unique(np.asarray(systems)[known], return_inverse=True)
    _, utterance = np.unique(np.asarray(utterances)[known], return_inverse=True)
    members = [
        np.flatnonzero(utterance == u) for u in range(utterance.max(initial=-1) + 1)
    ]
    rng = np.random.default_rng(0)
    draws: dict[str, list] = {"utterance": [], "system": []}
    for _ in range(DRAWS if members else 0):
        drawn = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[index] for index in drawn])
        pair = true[rows], predicted[rows]
        draws["utterance"].append(_correlations(*pair))
        means = [_means(values, system[rows]) for values in pair]
        draws["system"].append(_correlations(*means))
    ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    return {
        level: {
            f"{name}_ci95": _interval([draw[number] for draw in values], ends)
            for number, name in enumerate(("lcc", "srcc"))
        }
        for level, values in draws.items()
    }


def interval_of_mean(values: np.ndarray) -> dict[str, float | list[float] | None]:
    """Mean of values that are not NaN, and its bootstrap interval, 95 %.

    Returns:
        {"mean", "ci95": [low, high], "n"}; None where there is no value, or one alone.
    """
    known = np.asarray(values)[np.isfinite(values)]
    if not len(known):
        return {"mean": None, "ci95": None, "n": 0}
    rng = np.random.default_rng(0)
    draws = known[rng.integers(len(known), size=(DRAWS, len(known)))].mean(1)
    ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    interval = _interval(draws, ends) if len(known) > 1 else None
    mean = round(float(known.mean()), 4)
    return {"mean": mean, "ci95": interval, "n": len(known)}


def _correlations(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Pearson's and Spearman's; NaN where undefined."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, np.nan
    return _pearson(x, y), _pearson(stats.rankdata(x), stats.rankdata(y))


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    """As `np.corrcoef`, at a fifth of its cost for the short rows of a bootstrap."""
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean of each group that has a value."""
    counts = np.bincount(groups)
    return (np.bincount(groups, values) / np.maximum(counts, 1))[counts > 0]


def _interval(
    values: Sequence[float], ends: tuple[float, float]
) -> list[float] | None:
    if not len(values) or not np.isfinite(values).all():
        return None
    return [round(float(end), 4) for end in np.quantile(values, ends)]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None
