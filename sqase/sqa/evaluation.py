"""Evaluate the predictions of an assessor on a leaderboard it has not seen."""

from __future__ import annotations

from typing import Any, Collection, Mapping

import numpy as np

from sqase.sqa.agreement import agreement, agreement_levels, intervals
from sqase.sqa.clips import Leaderboard
from sqase.sqa.modes import MODES
from sqase.sqa.naive import naive_predictions

OUTPUTS = "outputs"  # what an assessor will guide: see `Leaderboard.is_output`
NEVER_HEARD = "never heard"  # outputs of systems that are not in training at all
ALL = "all"


def evaluate(
    board: Leaderboard,
    predicted: Mapping[str, np.ndarray],
    heard: Collection[str] | None = None,
) -> dict[str, Any]:
    """Agreement per mode, group of systems, level and metric.

    Args:
        board: labelled clips. All edits count as one system.
        predicted: mode -> (clips, metrics), as `predict_clips` gives them for all ids.
        heard: systems of the training; None where they are not known.

    Returns:
        {"modes": {mode: {group: {level: {metric: figures}}}},
         "naive": {guess: {group: {level: {metric: figures}}}},
         "systems": {mode: {system: {metric: figures}}}, "never_heard": [system]}
        with the groups "all", "outputs" (noisy clips and those of enhancers) and, if
        there are any, "never heard" (outputs of other systems than those of the
        training), the guesses of `sqase.sqa.naive`, and as figures {"mse", "lcc",
        "srcc", "ktau", "n"}, in "modes" also intervals {"lcc_ci95", "srcc_ci95"} per
        utterance and system. "systems" are those of outputs.
    """
    clips = _Clips(board, heard)
    return {
        "modes": {
            mode: clips.by_group(scores, with_intervals=True)
            for mode, scores in predicted.items()
        },
        "naive": {
            name: clips.by_group(guesses, with_intervals=False)
            for name, guesses in naive_predictions(board).items()
        },
        "systems": {mode: clips.by_system(said) for mode, said in predicted.items()},
        "never_heard": sorted(set(clips.systems[clips.new])),
    }


class _Clips:
    """True scores of a leaderboard, to hold predictions against."""

    def __init__(self, board: Leaderboard, heard: Collection[str] | None):
        self.metrics = board.metrics
        self.true = np.array([board.labels[name] for name in board.ids])
        edits = {name for names in board.edits().values() for name in names}
        systems = ("edit" if n in edits else board.systems[n] for n in board.ids)
        self.systems = np.array(list(systems))
        self.utterances = np.array([board.utterance(name) for name in board.ids])
        self.groups = {
            ALL: np.full(len(self.systems), True),
            OUTPUTS: np.array([board.is_output(name) for name in board.ids]),
        }
        known = self.systems if heard is None else list(heard)
        self.new = self.groups[OUTPUTS] & ~np.isin(self.systems, known)
        if self.new.any():
            self.groups[NEVER_HEARD] = self.new

    def by_group(self, predicted: np.ndarray, with_intervals: bool) -> dict:
        """group -> level -> metric -> figures, of (clips, metrics)."""
        return {
            group: self._by_level(predicted, rows, with_intervals)
            for group, rows in self.groups.items()
        }

    def by_system(self, predicted: np.ndarray) -> dict:
        """system -> metric -> figures, of the outputs among (clips, metrics)."""
        found = {}
        for system in sorted(set(self.systems[self.groups[OUTPUTS]])):
            rows = self.systems == system
            pairs = zip(self.metrics, self.true[rows].T, predicted[rows].T)
            found[system] = {m: agreement(true, said) for m, true, said in pairs}
        return found

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
