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

JUDGES = "dnsmos_ovrl", "distill_mos"  # of a whole recording, by listeners' votes
OFFER = """On these recordings the committee is better than the adapted model. It is several
times as slow: `sqase-enhance recordings -o enhanced --system committee`.
"""

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
    better = _committee_is_better(recordings_dir, recordings)
    return "\n".join(
        [
            "# Before and after",
            "",
            "Means, then the paired difference to the model as it was, with its 95 %",
            "interval, clustered by speaker. **Bold**: the interval excludes 0.",
            "",
            _table("Recordings kept back", recordings_dir, recordings, RECORDINGS),
            *([OFFER] if better else []),
            _table("Pairs kept back: what may be forgotten", pairs_dir, pairs, PAIRS),
        ]
    )


def _committee_is_better(data_dir: Path, found: Scores) -> bool:
    """Whether it gains over the adapted model by an interval, and loses by none."""
    committee, adapted = (_values(found[n], JUDGES) for n in (COMMITTEE, AFTER))
    ends = interval((committee - adapted)[None], _speakers(data_dir))
    return bool((ends[:, 0] > 0).any() and not (ends[:, 1] < 0).any())


def _table(title: str, data_dir: Path, found: Scores, metrics: Sequence[str]) -> str:
    speakers = _speakers(data_dir)
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


def _speakers(data_dir: Path) -> np.ndarray:
    return np.array(list(read_scp(data_dir / "utt2spk").values()))


def _values(found: Sequence[Mapping[str, Score]], metrics: Sequence[str]) -> np.ndarray:
    """(utterance, metric), NaN where there is no score."""
    return np.array([[scores[m].value for m in metrics] for scores in found], float)
