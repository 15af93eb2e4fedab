"""Evaluate the predictions of an assessor on a leaderboard it has not seen."""

from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from sqase.sqa.agreement import agreement_levels, intervals
from sqase.sqa.clips import Leaderboard
from sqase.sqa.model import MODES
from sqase.sqa.naive import naive_predictions

OUTPUTS = "outputs"  # what an assessor will guide: see `Leaderboard.is_output`
ALL = "all"


def evaluate(board: Leaderboard, predicted: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Agreement per mode, group of systems, level and metric.

    Args:
        board: labelled clips.
        predicted: mode -> (clips, metrics), as `predict_clips` gives them for all ids.

    Returns:
        {"modes": {mode: {group: {level: {metric: figures}}}},
         "naive": {guess: {group: {level: {metric: figures}}}}} with the groups "all"
        and "outputs" (noisy clips and those of enhancers), the guesses of
        `sqase.sqa.naive`, and as figures {"mse", "lcc", "srcc", "ktau", "n"}, in
        "modes" also intervals {"lcc_ci95", "srcc_ci95"} per utterance and system.
    """
    clips = _Clips(board)
    return {
        "modes": {
            mode: clips.by_group(scores, with_intervals=True)
            for mode, scores in predicted.items()
        },
        "naive": {
            name: clips.by_group(guesses, with_intervals=False)
            for name, guesses in naive_predictions(board).items()
        },
    }


class _Clips:
    """True scores of a leaderboard, to hold predictions against."""

    def __init__(self, board: Leaderboard):
        self.metrics = board.metrics
        self.true = np.array([board.labels[name] for name in board.ids])
        self.systems = np.array([board.systems[name] for name in board.ids])
        self.utterances = np.array([board.utterance(name) for name in board.ids])
        self.groups = {
            ALL: np.full(len(self.systems), True),
            OUTPUTS: np.array([board.is_output(name) for name in board.ids]),
        }

    def by_group(self, predicted: np.ndarray, with_intervals: bool) -> dict:
        """group -> level -> metric -> figures, of (clips, metrics)."""
        return {
            group: self._by_level(predicted, rows, with_intervals)
            for group, rows in self.groups.items()
        }

    def _by_level(self, predicted, rows, with_intervals: bool) -> dict:
        levels: dict[str, dict] = {}
        systems, utterances = self.systems[rows], self.utterances[rows]
        for column, metric in enumerate(self.metrics):
            pair = self.true[rows, column], predicted[rows, column]
            figures = agreement_levels(*pair, systems)
            ends = intervals(*pair, systems, utterances) if with_intervals else {}
            for level, values in figures.items():
                levels.setdefault(level, {})[metric] = values | ends.get(level, {})
        return levels


def table(result: dict[str, Any]) -> str:
    """LCC / SRCC per utterance as text, a line for each metric."""
    modes = result["modes"]
    metrics = list(modes[MODES[0]][ALL]["utterance"])
    lines = [
        "utterance LCC / SRCC, unseen speakers, noise kinds and systems",
        f"{'':14}"
        + "".join(f"{m + ' ' + g:>20}" for g in (ALL, OUTPUTS) for m in modes),
    ]
    for metric in metrics:
        cells = []
        for group in (ALL, OUTPUTS):
            for mode in modes:
                figures = modes[mode][group]["utterance"][metric]
                lcc, srcc = figures["lcc"], figures["srcc"]
                known = lcc is not None
                cells.append(f"{lcc:.3f} / {srcc:.3f}" if known else "undefined")
        lines.append(f"{metric:14}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)
