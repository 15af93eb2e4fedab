"""Predicted over true scores, a picture for each metric and mode."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sqase.metrics import METRICS
from sqase.runtime.atomic import replacing
from sqase.sqa.agreement import agreement
from sqase.sqa.clips import Leaderboard

OUTPUTS, OTHERS = "#1f5fa8", "#c8c8c8"  # colours of the clips of enhancers, of others
INCHES = 2.1


def draw(
    board: Leaderboard, predicted: Mapping[str, np.ndarray], path: str | Path
) -> None:
    """Write a PNG: a row for each mode, a column for each metric.

    Args:
        board: labelled clips.
        predicted: mode -> (clips, metrics).
        path: of the picture.
    """
    true = np.array([board.labels[name] for name in board.ids])
    outputs = np.array([board.is_output(name) for name in board.ids])
    rows, columns = len(predicted), len(board.metrics)
    figure = Figure((INCHES * columns, INCHES * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex="col", sharey="col")
    for row, (mode, scores) in zip(axes, predicted.items()):
        row[0].set_ylabel(f"{mode}: predicted", fontsize=8)
        for number, (axis, metric) in enumerate(zip(row, board.metrics)):
            pair = true[:, number], scores[:, number]
            for mask, colour in ((~outputs, OTHERS), (outputs, OUTPUTS)):
                axis.scatter(*(v[mask] for v in pair), s=3, c=colour, linewidths=0)
            ends = [_ends(pair[0])] * 2
            axis.plot(*ends, color="black", linewidth=0.5)
            lcc = agreement(pair[0][outputs], pair[1][outputs])["lcc"]
            axis.set_title("" if lcc is None else f"LCC {lcc:.3f}", fontsize=7, pad=2)
            axis.tick_params(labelsize=6)
    for axis, metric in zip(axes[-1], board.metrics):
        unit = METRICS.load(metric).unit
        axis.set_xlabel(f"{metric} {f'({unit})' if unit else ''}", fontsize=8)
    figure.suptitle("Blue and LCC: noisy clips and enhancers; grey: others", fontsize=8)
    with replacing(path) as part:
        figure.savefig(part, format="png", dpi=130)


def _ends(values: np.ndarray) -> list[float]:
    """Smallest and largest; none where nothing is known."""
    known = values[np.isfinite(values)]
    return [known.min(), known.max()] if len(known) else []
