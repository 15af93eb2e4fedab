"""Evaluate an assessor on a leaderboard it has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sqase.sqa.agreement import agreement_levels
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.model import MODES
from sqase.sqa.prediction import predict_clips

OUTPUTS = "outputs"  # noisy and enhancement models: what the assessor will guide
ALL = "all"


def evaluate(assessor: Assessor, folder: Path) -> dict[str, Any]:
    """Agreement per mode, group of systems, level and metric.

    Returns:
        {mode: {group: {level: {metric: {"mse", "lcc", "srcc", "ktau", "n"}}}}} with
        the groups "all" and "outputs" (noisy and checkpoints of models).
    """
    board = Leaderboard(folder, assessor.metrics)
    true = np.array([board.labels[name] for name in board.ids])
    systems = np.array([board.systems[name] for name in board.ids])
    groups = {ALL: np.full(len(systems), True), OUTPUTS: _is_output(systems)}
    result: dict[str, Any] = {}
    for mode in MODES:
        predicted = predict_clips(assessor, board, board.ids, mode)
        result[mode] = {
            group: _by_level(
                assessor.metrics, true[rows], predicted[rows], systems[rows]
            )
            for group, rows in groups.items()
        }
    return result


def _is_output(systems: np.ndarray) -> np.ndarray:
    return np.array([s == "noisy" or s.startswith("baseline") for s in systems])


def _by_level(metrics, true, predicted, systems) -> dict:
    levels: dict[str, dict] = {}
    for column, metric in enumerate(metrics):
        figures = agreement_levels(true[:, column], predicted[:, column], systems)
        for level, values in figures.items():
            levels.setdefault(level, {})[metric] = values
    return levels


def table(result: dict[str, Any]) -> str:
    """LCC / SRCC per utterance as text, a line for each metric."""
    metrics = list(result[MODES[0]][ALL]["utterance"])
    lines = [
        "utterance LCC / SRCC, unseen speakers, noise kinds and systems",
        f"{'':14}"
        + "".join(f"{m + ' ' + g:>20}" for g in (ALL, OUTPUTS) for m in MODES),
    ]
    for metric in metrics:
        cells = []
        for group in (ALL, OUTPUTS):
            for mode in MODES:
                figures = result[mode][group]["utterance"][metric]
                lcc, srcc = figures["lcc"], figures["srcc"]
                known = lcc is not None
                cells.append(f"{lcc:.3f} / {srcc:.3f}" if known else "undefined")
        lines.append(f"{metric:14}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)
