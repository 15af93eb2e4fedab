"""The section on what guidance needs of an assessor: direction, choice, new systems."""

from collections.abc import Mapping

from sqase.report.tables import NOTHING, to_markdown

DIRECTION = """## Which way is better

Correlation of predicted with true scores over the local edits of one output, mean over
{n} outputs of unseen speakers and noise kinds, 95 % interval in brackets. Formula: the
metric itself, computed against the committee's mean, with no assessor; above it: the
difference on the same outputs.
"""
CHOICE = """
Of each of {clips} recordings the assessor picks one of the {subsets} means of the
committee's members. True scores of the pick; gain over the mean of all members, in units
of the label spread, mean of the three metrics.
"""
SYSTEMS = """
Utterance LCC within the outputs of each system ({metrics}), by what the assessor hears.
"""


def render(agreement: Mapping, choice: Mapping) -> str:
    """Markdown.

    Args:
        agreement: see `sqase.report.agreement`.
        choice: see `sqase.sqa.choice`; empty without it.
    """
    direction, systems = agreement["direction"], agreement["systems"]
    parts = []
    if direction and _most(direction):
        parts += [DIRECTION.format(n=_most(direction)), _direction(direction)]
    if choice:
        parts += [CHOICE.format(**choice), _choice(choice)]
    known = _metrics(systems) if systems else ()
    if metrics := [m for m in ("pesq_wb", "estoi", "si_snr") if m in known]:
        about = SYSTEMS.format(metrics=", ".join(metrics))
        parts += [about, _systems(systems, agreement["never_heard"], metrics)]
    return "\n".join(parts)


def _most(direction: Mapping) -> int:
    """Outputs of the metric that most of them have; 0 where no metric is known."""
    modes = direction["modes"].values()
    counts = [figures["n"] for metrics in modes for figures in metrics.values()]
    return max(counts, default=0)


def _direction(direction: Mapping) -> str:
    modes = direction["modes"]
    above = direction.get("above_null", {}).get("committee", {})
    columns = {**modes, "formula": direction.get("null", {})}
    columns["committee above formula"] = above
    rows = [["direction", *columns]]
    for metric in next(iter(modes.values())):
        rows.append([metric, *(mean_of(c.get(metric)) for c in columns.values())])
    return to_markdown(rows)


def _choice(choice: Mapping) -> str:
    metrics = list(choice["scores"]["oracle"])
    rows = [["chooser", *metrics, "gain"]]
    for chooser, scores in choice["scores"].items():
        gain = mean_of(choice["gains"].get(chooser))
        rows.append([chooser, *(f"{scores[m]:.3f}" for m in metrics), gain])
    return to_markdown(rows)


def _metrics(systems: Mapping) -> list[str]:
    by_system = next(iter(systems.values()))
    return list(next(iter(by_system.values())))


def _systems(systems: Mapping, never_heard, metrics: list[str]) -> str:
    rows = [["system", "clips", *systems]]
    for system, figures in next(iter(systems.values())).items():
        name = f"{system} (never heard)" if system in never_heard else system
        clips = max(figures[metric]["n"] for metric in metrics)
        cells = [
            " ".join(_lcc(by_system[system][metric]) for metric in metrics)
            for by_system in systems.values()
        ]
        rows.append([name, str(clips), *cells])
    return to_markdown(rows)


def _lcc(figures: Mapping) -> str:
    return NOTHING if figures["lcc"] is None else f"{figures['lcc']:.2f}"


def mean_of(figures: Mapping | None) -> str:
    """Of `interval_of_mean`: a cell of a table."""
    if not figures or figures["mean"] is None:
        return NOTHING
    ends = figures["ci95"]
    interval = f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else ""
    return f"{figures['mean']:.3f}{interval}"
