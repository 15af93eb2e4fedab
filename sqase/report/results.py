"""Arrays of scores -> the content of results.json: each figure once, null if undefined.

roles        {ROLE: [METRIC]}
scores       {ARM: {TEST_SET: {METRIC: {mean, std_utt, ci95, n_scored, n_total,
             n_clamped, by_seed}}}}           over all seeds and utterances
predicted    {ARM: {TEST_SET: {METRIC: {mean, by_seed}}}}
versus       {ARM: {control: ARM, TEST_SET: {METRIC: {delta, ci95, by_seed}}}}
above_preset the same for the guided arms, with `preset` as the control
presets      {SEED: {preset: NAME, presets: {NAME: {means: {METRIC: x}, gain}}}}
agreement    see sqase.report.agreement; probes see sqase.sqa.probes
direction    see sqase.report.arm_direction
complexity   {ARM: {parameters, macs_per_s, rtf}}
seconds      {STAGE: x}    step_seconds {ARM: x}    provenance {...}
"""

from collections.abc import Mapping, Sequence

import numpy as np

from sqase.metrics import METRICS
from sqase.metrics.roles import ROLES, Roles
from sqase.published import PUBLISHED
from sqase.report.agreement import by_level, on_arm
from sqase.report.bootstrap import interval
from sqase.report.load import ScoredSet

PRESET = "preset"
CONTROLS = {"baseline": "noisy", PRESET: "baseline", "placebo": "baseline"}
CONTROLS |= dict.fromkeys(PUBLISHED, "noisy")
COMPLEXITY = ("parameters", "macs_per_s", "rtf")


def control_of(arm: str, arms: Sequence[str]) -> str | None:
    """What an arm is compared with; None if that was not run.

    Arms that hear recordings, `x_real` or `x_..._real`, are compared with the one that
    hears the same ones towards the committee's mean without a judge, `committee_real` or
    `committee_..._real`; that one with `placebo_real` or `placebo_..._real`; this one and
    all others with `placebo`, which is the baseline trained on. That and `preset`, its
    output changed, are compared with the baseline; the baseline and published enhancers
    with the noisy input.
    """
    kind, _, rest = arm.partition("_")
    control = CONTROLS.get(arm, "placebo")
    if rest.endswith("real") and kind != "placebo":
        control = f"{'placebo' if kind == 'committee' else 'committee'}_{rest}"
    return control if arm != "noisy" and control in arms else None


def summarise(
    test_sets: Sequence[ScoredSet],
    units: Mapping[tuple[str, str], Mapping],
    roles: Roles,
    evaluation: Mapping,
) -> dict:
    """Everything in results.json but `direction`, `seconds` and `provenance`.

    Args:
        test_sets: all with the same arms and seeds.
        units: see `sqase.report.units`.
        roles: of the metrics.
        evaluation: exp/sqa/agreement.json, with exp/sqa/probes.json under "probes";
            may be empty.
    """
    arms = test_sets[0].arms
    return {
        "roles": {role: list(getattr(roles, role)) for role in ROLES},
        "scores": {arm: {t.name: scores(t, arm) for t in test_sets} for arm in arms},
        "predicted": {
            arm: {t.name: _predicted(t, arm) for t in test_sets} for arm in arms
        },
        "versus": _all_versus(test_sets, {arm: control_of(arm, arms) for arm in arms}),
        "above_preset": _all_versus(
            test_sets, {a: PRESET for a in arms if is_compared_with_preset(a, arms)}
        ),
        "presets": {
            seed: {key: unit[key] for key in ("preset", "presets")}
            for (arm, seed), unit in units.items()
            if arm == PRESET
        },
        "agreement": {
            **by_level(evaluation),
            "on_arms": {arm: on_arm(test_sets, arm) for arm in arms},
        },
        "probes": evaluation.get("probes", {}),
        "complexity": _complexity(units),
        "step_seconds": _step_seconds(units),
    }


def gaps(test_sets: Sequence[ScoredSet]) -> dict:
    """Predicted minus true score, where both exist.

    Returns:
        {ARM: {TEST_SET: {METRIC: {"delta", "ci95", "by_seed"}}}}
    """
    return {
        arm: {
            t.name: _differences(t, t.of(t.predicted, arm) - t.of(t.true, arm))
            for t in test_sets
        }
        for arm in test_sets[0].arms
    }


def self_checks(results: Mapping, roles: Roles) -> list[str]:
    """What makes a result table unfit as evidence; empty if nothing does.

    The placebo must not be below its baseline: a worse control makes every arm
    look good. It is, where an interval of a selection metric lies on the bad side.
    """
    versus = results["versus"].get("placebo", {})
    problems = []
    for test_set in versus.keys() - {"control"}:
        for metric in roles.selection:
            entry = versus[test_set].get(metric)
            if entry is None or entry["ci95"] is None:
                continue
            sign = METRICS.load(metric).sign
            if max(sign * end for end in entry["ci95"]) < 0:
                problems.append(
                    f"{test_set}: placebo is below its baseline in {metric}: "
                    f"{entry['delta']:+.3f}. Lower its learning rate or train longer"
                )
    return sorted(problems)


def scores(t: ScoredSet, arm: str) -> dict:
    """Means of an arm with their intervals: `scores` of one test set in results.json."""
    values, clamped = t.of(t.true, arm), t.of(t.clamped, arm)
    n_total = int(t.of(t.present, arm).sum()) * len(t.ids)
    intervals = interval(values, t.speakers)
    figures = {}
    for m, metric in enumerate(t.metrics):
        scored = values[:, :, m][np.isfinite(values[:, :, m])]
        figures[metric] = {
            "mean": _number(scored.mean()) if len(scored) else None,
            "std_utt": _number(scored.std(ddof=1)) if len(scored) > 1 else None,
            "ci95": _pair(intervals[m]),
            "n_scored": len(scored),
            "n_total": n_total,
            "n_clamped": int(clamped[:, :, m].sum()),
            "by_seed": _by_seed(t, arm, values[:, :, m]),
        }
    return figures


def _predicted(t: ScoredSet, arm: str) -> dict:
    values = t.of(t.predicted, arm)
    return {
        metric: {
            "mean": _mean(values[:, :, m]),
            "by_seed": _by_seed(t, arm, values[:, :, m]),
        }
        for m, metric in enumerate(t.metrics)
        if np.isfinite(values[:, :, m]).any()
    }


def is_compared_with_preset(arm: str, arms: Sequence[str]) -> bool:
    """Whether more was done for an arm than to train it on or to change its output."""
    controls = ("noisy", *CONTROLS)
    return PRESET in arms and arm not in controls and not arm.startswith("placebo_")


def _all_versus(
    test_sets: Sequence[ScoredSet], controls: Mapping[str, str | None]
) -> dict:
    """`versus` in results.json, of the arms that have a control."""
    return {
        arm: {
            "control": control,
            **{t.name: versus(t, arm, control) for t in test_sets},
        }
        for arm, control in controls.items()
        if control
    }


def versus(t: ScoredSet, arm: str, control: str) -> dict:
    """Paired differences: `versus` of one test set in results.json."""
    return _differences(t, t.of(t.true, arm) - t.of(t.true, control))


def _differences(t: ScoredSet, values: np.ndarray) -> dict:
    """Figures of paired differences (seed, utterance, metric), NaN where unpaired."""
    intervals = interval(values, t.speakers)
    return {
        metric: {
            "delta": _mean(values[:, :, m]),
            "ci95": _pair(intervals[m]),
            "by_seed": {
                seed: mean
                for seed, row in zip(t.seeds, values[:, :, m])
                if (mean := _mean(row)) is not None
            },
        }
        for m, metric in enumerate(t.metrics)
        if np.isfinite(values[:, :, m]).any()
    }


def _by_seed(t: ScoredSet, arm: str, values: np.ndarray) -> dict:
    """Means of the seeds that were run; null where nothing was scored."""
    present = t.of(t.present, arm)
    return {seed: _mean(row) for seed, row, run in zip(t.seeds, values, present) if run}


def _complexity(units: Mapping[tuple[str, str], Mapping]) -> dict:
    """Of the first seed of each arm; null where unknown."""
    first: dict[str, dict] = {}
    for (arm, _), unit in units.items():
        first.setdefault(arm, {name: unit.get(name) for name in COMPLEXITY})
    return first


def _step_seconds(units: Mapping[tuple[str, str], Mapping]) -> dict:
    """Seconds of one update, mean over the seeds of each arm."""
    times: dict[str, list] = {}
    for (arm, _), unit in units.items():
        times.setdefault(arm, []).append(unit.get("step_seconds"))
    return {arm: _mean(np.array(values, dtype=float)) for arm, values in times.items()}


def _mean(values: np.ndarray) -> float | None:
    finite = values[np.isfinite(values)]
    return _number(finite.mean()) if finite.size else None


def _pair(ends: np.ndarray) -> list[float] | None:
    return [_number(end) for end in ends] if np.isfinite(ends).all() else None


def _number(value: float) -> float:
    return round(float(value), 6)
