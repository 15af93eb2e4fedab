"""results.json -> RESULTS.md."""

from collections.abc import Mapping, Sequence

from sqase.metrics import METRICS
from sqase.report import arm_direction, guiding, presets, probes, tables
from sqase.report.agreement import HEADLINE
from sqase.report.bootstrap import DRAWS, FEWEST_SPEAKERS
from sqase.report.load import ScoredSet
from sqase.report.tables import NOTHING, to_markdown

KINDS = {
    "given": "with references",
    "withheld": "simulated, references withheld: they serve this table only",
    "none": "recordings without references: only non-intrusive metrics have a truth",
}
LEVELS = ("utterance", "system", "within_system")

SELECTION = """## Selected epochs

The best by true metrics on the validation set. Epoch 0 is what an arm started from: no
epoch was better than it, and the rows of the arm are those of its start.
"""
PICTURES = {
    "validation.png": """True metrics on the validation set. Epoch 0 is the start of the
arms, a dot the selected epoch; a line for each arm and seed.""",
    "gap.png": """Predicted minus true score on fresh outputs, before the assessor learned
from them, of the arms in whose loop it is retrained: the mean over the refreshes of
each epoch. Thin: of a second assessor that learns the same and guides nothing.""",
}
GAP = """## Is the assessor fooled?

Predicted mean, then the gap: predicted minus true score, with its interval. An arm with
an assessor of its own is judged by that one. A gap that is wider than that of the
placebo means that an arm pleases the assessor and not the metric.
"""
AGREEMENT = """## How well the assessor agrees with the truth

On the test part of the leaderboard: unseen speakers and noise kinds, and systems partly
unseen. Columns: what the assessor hears beside the clip (blind: nothing), and which
systems are compared. Then what guesses without hearing reach, how well two clips of one
utterance are told apart, and, where arms were trained, the agreement over their clips.
(The input SNR is in dB for every metric, which makes its error large.)
"""


def render(
    results: Mapping,
    gaps: Mapping,
    problems: Sequence[str],
    test_sets: Sequence[ScoredSet],
    main: Sequence[str],
    pictures: Sequence[str],
) -> str:
    """Write RESULTS.md.

    Args:
        results: content of results.json.
        gaps: see `sqase.report.results.gaps`.
        problems: see `sqase.report.results.self_checks`.
        test_sets: what the results are of.
        main: metrics of the first tables.
        pictures: those in `figures`; see `sqase.report.curves`.
    """
    sections = [
        _head(test_sets),
        *(_first_table(results, t, main) for t in test_sets),
        _checks(results, problems),
        presets.render(results, test_sets, main),
        _selection(results),
        _pictures(pictures),
        _gaps(results, gaps, test_sets),
        arm_direction.render(results["direction"]),
        agreement_section(results["agreement"]),
        guiding.render(results["agreement"], results["probes"].get("choice", {})),
        probes.render(results["probes"]),
        *(_all_metrics(results, t) for t in test_sets),
        _cost(results),
        _provenance(results),
    ]
    return "\n".join(section for section in sections if section)


def _head(test_sets: Sequence[ScoredSet]) -> str:
    return f"""# Results

Written by `sqase.bin.report`; the same figures are in `results.json`, the scores of
each utterance in `scores.jsonl.gz`. Seeds: {", ".join(test_sets[0].seeds)}.

A cell holds the mean over all utterances and seeds, then the paired difference to the
control of the arm, with its 95 % interval: bootstrap clustered by speaker (and seed),
{DRAWS} draws. **Bold**: the interval excludes 0. An utterance counts in a difference
only if it was scored in both arms.
{spread(test_sets[0])}
`scored` is n_scored/n_total: a metric without a value is null, never 0.
Metrics marked (held out) were in no label, assessor head, loss or selection rule.
"""


def spread(t: ScoredSet) -> str:
    """What intervals say of the spread over trainings."""
    if len(t.seeds) == 1:
        return "One training seed: intervals say nothing of the spread over trainings."
    lacking = f" Not run: {', '.join(t.not_run)}." if t.not_run else ""
    return f"Speakers and seeds were both drawn.{lacking}"


def about(t: ScoredSet) -> str:
    """A test set in a few words."""
    number = len(set(t.speakers))
    speakers = f"{number} speaker{'s' * (number != 1)}"
    if number < FEWEST_SPEAKERS:
        speakers += " (intervals are over clips and say nothing of other speakers)"
    return f"{len(t.ids)} clips of {speakers}, {KINDS[t.references]}"


def _first_table(results: Mapping, t: ScoredSet, main: Sequence[str]) -> str:
    table = to_markdown(tables.main_table(results, t.name, main))
    return f"## {t.name}\n\n{about(t)}.\n\n{table}"


def _checks(results: Mapping, problems: Sequence[str]) -> str:
    if "placebo" not in results["versus"]:
        lines = ["- not done: it needs the arms placebo and baseline"]
    else:
        lines = [f"- FAILED: {problem}" for problem in problems] or [
            "- passed: the placebo is on no test set below its baseline"
        ]
    return "\n".join(["## Self-check", "", *lines, ""])


def _selection(results: Mapping) -> str:
    epochs = results["provenance"]["selected_epoch"].items()
    rows = [["training", "epoch"]]
    rows += [[name, str(epoch)] for name, epoch in epochs if epoch is not None]
    return f"{SELECTION}\n{to_markdown(rows)}" if len(rows) > 1 else ""


def _pictures(names: Sequence[str]) -> str:
    parts = [f"{PICTURES[name]}\n\n![](figures/{name})\n" for name in names]
    return "\n".join(["## During training", "", *parts]) if parts else ""


def _gaps(results: Mapping, gaps: Mapping, test_sets: Sequence[ScoredSet]) -> str:
    parts = []
    for t in test_sets:
        rows = tables.gap_table(results, gaps, t.name)
        if rows:
            parts += [f"### {t.name}", "", to_markdown(rows)]
    if not parts:
        return ""
    return "\n".join([GAP, *parts])


def agreement_section(agreement: Mapping) -> str:
    """Of `sqase.report.agreement`: a table for each level that the evaluation wrote, and one for the arms."""
    parts = []
    for level in (level for level in LEVELS if level in agreement):
        columns = {HEADLINE: agreement[level]} | {
            (mode, group): levels[level]
            for mode, groups in agreement["by_mode"].items()
            for group, levels in groups.items()
        }
        names = [f"{mode}, {group}" for mode, group in columns]
        rows = [[f"{level} LCC / SRCC", *names]]
        for metric in agreement[level]:
            cells = [_correlations(column.get(metric)) for column in columns.values()]
            rows.append([metric, *cells])
        parts.append(to_markdown(rows))
    if agreement["naive"]:
        columns = {f"assessor, {m}": g for m, g in agreement["by_mode"].items()}
        columns = agreement["naive"] | columns
        rows = [["outputs alone, utterance LCC / SRCC / RMSE", *columns]]
        for metric in agreement["utterance"]:
            cells = [g["outputs"]["utterance"].get(metric) for g in columns.values()]
            rows.append([metric, *map(_with_error, cells)])
        parts.append(to_markdown(rows))
    if agreement["comparison"]:
        rows = [["two clips, which is better", "LCC / SRCC", "right", "pairs"]]
        for mode, figures in agreement["comparison"].items():
            right = figures["right"]
            share = NOTHING if right is None else f"{100 * right:.1f} %"
            rows.append([mode, _correlations(figures), share, str(figures["n"])])
        parts.append(to_markdown(rows))
    on_arms = {arm: v for arm, v in agreement["on_arms"].items() if v}
    if on_arms:
        heads = list(dict.fromkeys(m for v in on_arms.values() for m in v))
        rows = [["arms, utterance LCC / SRCC", *heads]]
        for arm, values in on_arms.items():
            rows.append([arm, *(_correlations(values.get(head)) for head in heads)])
        parts.append(to_markdown(rows))
    return "\n".join([AGREEMENT, *parts]) if parts else ""


def _correlations(figures: Mapping | None) -> str:
    if not figures or figures["lcc"] is None:
        return NOTHING
    ends = figures.get("lcc_ci95")
    interval = f" [{ends[0]:.2f}, {ends[1]:.2f}]" if ends else ""
    return f"{figures['lcc']:.3f}{interval} / {figures['srcc']:.3f}"


def _with_error(figures: Mapping | None) -> str:
    if not figures or figures["mse"] is None:
        return NOTHING
    return f"{_correlations(figures)} / {figures['mse'] ** 0.5:.3g}"


def _all_metrics(results: Mapping, t: ScoredSet) -> str:
    metrics = tables.with_truth(results, t.name, t.metrics)
    parts = [
        f"## All metrics on {t.name}",
        "",
        to_markdown(tables.means_table(results, t.name, metrics)),
    ]
    if results["versus"]:
        parts.append(
            to_markdown(
                tables.versus_table(results, results["versus"], t.name, metrics)
            )
        )
    return "\n".join(parts)


def _cost(results: Mapping) -> str:
    rows = [["arm", "parameters", "MAC/s", "real-time factor", "s per update"]]
    for arm, figures in results["complexity"].items():
        cells = [_plain(value) for value in figures.values()]
        rows.append([arm, *cells, _plain(results["step_seconds"][arm])])
    parts = ["## Cost", "", to_markdown(rows)]
    if results["seconds"]:
        stages = [["stage", *results["seconds"]]]
        stages.append(["seconds", *map(_plain, results["seconds"].values())])
        parts.append(to_markdown(stages))
    return "\n".join(parts)


def _provenance(results: Mapping) -> str:
    facts = results["provenance"]
    notes = [["metric", "role", "computed by", "notes"]]
    for role, metrics in results["roles"].items():
        for metric in metrics:
            version = facts["metric_versions"].get(metric, NOTHING)
            notes.append([metric, role, version, METRICS.load(metric).notes])
    digests = [["digest of", "SHA-256"]]
    digests += [[name, f"`{digest}`"] for name, digest in facts["digests"].items()]
    return f"""{how_to_get(facts)}
{to_markdown(notes)}
{to_markdown(digests)}"""


def how_to_get(facts: Mapping) -> str:
    """Command, commit and versions of `sqase.runtime.provenance.collect`."""
    versions = ", ".join(f"{k} {v}" for k, v in facts["versions"].items())
    commit = (facts["git"] or "unknown") + (" with changes" if facts["dirty"] else "")
    return f"""## How to get these figures

```bash
{facts["command"]}
```

Commit {commit}; Python {facts["python"]}; {versions}.
"""


def _plain(value: float | None) -> str:
    return (
        NOTHING if value is None else f"{value:.4g}" if value < 1e4 else f"{value:,.0f}"
    )
