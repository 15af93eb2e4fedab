"""What adapting a model to recordings has changed, on what was kept back of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sqase.data.listings import read_scp
from sqase.metrics import METRICS, Score
from sqase.report import tables
from sqase.report.bootstrap import interval

PAIRS = "pesq_wb", "estoi", "si_snr"
RECORDINGS = "dnsmos_ovrl", "distill_mos", "srmr"  # without a reference
BEFORE, AFTER, COMMITTEE = "before", "adapted", "committee"

Scores = Mapping[str, Sequence[Mapping[str, Score]]]
"""Name of a model, `BEFORE` first -> scores of each utterance."""


def describe(
    recordings_dir: Path, recordings: Scores, pairs_dir: Path, pairs: Scores
) -> str:
    """The tables of ADAPTED.md.

    Args:
        recordings_dir, pairs_dir: data directories of what was kept back.
        recordings: scores of the former, by the metrics `RECORDINGS`.
        pairs: of the latter, by `PAIRS`.
    """
    return "\n".join(
        [
            "# Before and after",
            "",
            "Means, then the paired difference to the model as it was, with its 95 %",
            "interval, clustered by speaker. **Bold**: the interval excludes 0.",
            "",
            _table("Recordings kept back", recordings_dir, recordings, RECORDINGS),
            _table("Pairs kept back: what may be forgotten", pairs_dir, pairs, PAIRS),
        ]
    )


def _table(title: str, data_dir: Path, found: Scores, metrics: Sequence[str]) -> str:
    speakers = np.array(list(read_scp(data_dir / "utt2spk").values()))
    scores = {name: _values(rows, metrics) for name, rows in found.items()}
    heads = [f"{m} {tables.ARROWS[METRICS.load(m).direction]}" for m in metrics]
    rows = [["", *heads]]
    for name, values in scores.items():
        cells = [
            tables.number(metric, mean)
            for metric, mean in zip(metrics, np.nanmean(values, axis=0).tolist())
        ]
        if name != BEFORE:
            steps = values - scores[BEFORE]
            ends = interval(steps[None], speakers)
            for at, metric in enumerate(metrics):
                pair = ends[at].tolist() if np.isfinite(ends[at]).all() else None
                step = {"delta": float(np.nanmean(steps[:, at])), "ci95": pair}
                cells[at] += f" {tables.delta(metric, step)}"
        rows.append([name, *cells])
    return f"## {title}\n\n{len(speakers)} clips.\n\n{tables.to_markdown(rows)}\n"


def _values(found: Sequence[Mapping[str, Score]], metrics: Sequence[str]) -> np.ndarray:
    """(utterance, metric), NaN where there is no score."""
    return np.array([[scores[m].value for m in metrics] for scores in found], float)
