"""The section on arms of which their judges know, or do not, which change is better.

exp/direction/seed<S>/<arm>/<test_set>.json   see `sqase.tasks.arm_direction`; may lack
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sqase.report.guiding import mean_of
from sqase.report.load import ScoredSet
from sqase.report.tables import NOTHING, to_markdown
from sqase.sqa.agreement import interval_of_mean

JUDGES = {
    "before": "as the arms start with it",
    "after": "as the arm's loop left it",
    "formula": "the formula against the committee's mean",
}
HEAD = """### Which way is better, on {test_set}

Correlation of predicted with true scores over local edits of one output of each arm, mean
over {n} outputs, 95 % interval in brackets (of each output, the mean over seeds). Beside
what assessors hear, the metric itself against the committee's mean, with no assessor.
"""


def load(expdir: Path, test_sets: Sequence[ScoredSet]) -> dict[str, Any]:
    """{TEST_SET: {ARM: {"mode", "judges": {JUDGE: {METRIC: {"mean", "ci95", "n"}}}}}}."""
    found: dict[str, Any] = {}
    for t in test_sets:
        for arm in t.arms:
            files = (
                expdir / f"direction/seed{seed}/{arm}/{t.name}.json" for seed in t.seeds
            )
            asked = [json.loads(f.read_text("utf-8")) for f in files if f.exists()]
            if any(asked):
                found.setdefault(t.name, {})[arm] = _over_seeds(asked)
    return found


def _over_seeds(asked: Sequence[Mapping]) -> dict[str, Any]:
    judges = {
        judge: {
            metric: _figures([one["correlations"][judge][metric] for one in asked])
            for metric in metrics
        }
        for judge, metrics in asked[0]["correlations"].items()
    }
    return {"mode": asked[0]["mode"], "judges": judges}


def _figures(rows: Sequence[Sequence[float | None]]) -> dict[str, Any]:
    """Of correlations, a row a seed."""
    known = np.ma.masked_invalid(np.array(rows, dtype=float))
    return interval_of_mean(known.mean(axis=0).filled(np.nan))


def render(direction: Mapping) -> str:
    """Markdown of what `load` gave; empty where nothing was asked."""
    parts = []
    for test_set, arms in direction.items():
        heads = next(iter(arms.values()))["judges"]["before"]
        rows = [["arm", "hears", "judge", *heads]]
        for arm, figures in arms.items():
            for judge, metrics in figures["judges"].items():
                mode = NOTHING if judge == "formula" else figures["mode"]
                cells = (mean_of(metrics[head]) for head in heads)
                rows.append([arm, mode, JUDGES[judge], *cells])
        n = max(figures["n"] for figures in heads.values())
        parts += [HEAD.format(test_set=test_set, n=n), to_markdown(rows)]
    return "\n".join(parts)
