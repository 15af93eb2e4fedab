"""How well predicted scores agree with true ones, as results.json has it.

{LEVEL: {METRIC: {mse, lcc, srcc, ktau, n}}}: the assessor alone, on all systems of the
leaderboard; levels utterance, system, within_system. The same for what else it may hear
and for other systems is in by_mode: {MODE: {GROUP: {LEVEL: ...}}}; for guesses that
hear nothing in naive: {GUESS: {GROUP: {LEVEL: ...}}}; of two clips of one utterance in
comparison: {MODE: {lcc, ..., right}}; by system in systems: {MODE: {SYSTEM: {METRIC:
...}}}, with those that training did not hear in never_heard; over the edits of one output
in direction, see `sqase.sqa.direction`; over the clips of each arm in
on_arms: {ARM: {METRIC: ...}}.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from sqase.report.load import ScoredSet, pooled
from sqase.sqa.agreement import agreement

HEADLINE = ("blind", "all")  # mode of the assessor, group of systems


def by_level(evaluation: Mapping) -> dict:
    """Take what `sqase.sqa.evaluation` gave, `HEADLINE` on top."""
    modes = evaluation.get("modes", {})
    by_mode = {
        mode: {g: levels for g, levels in groups.items() if (mode, g) != HEADLINE}
        for mode, groups in modes.items()
    }
    mode, group = HEADLINE
    return {
        **modes.get(mode, {}).get(group, {}),
        "by_mode": by_mode,
        "naive": evaluation.get("naive", {}),
        "comparison": evaluation.get("comparison", {}),
        "systems": evaluation.get("systems", {}),
        "never_heard": evaluation.get("never_heard", []),
        "direction": evaluation.get("direction", {}),
    }


def on_arm(test_sets: Sequence[ScoredSet], arm: str) -> dict:
    """Agreement over the clips of an arm in all test sets, of each metric with both."""
    figures = {}
    for metric in test_sets[0].metrics:
        true, predicted = pooled(test_sets, arm, metric)
        if np.isfinite(true + predicted).any():
            figures[metric] = agreement(true, predicted)
    return figures
