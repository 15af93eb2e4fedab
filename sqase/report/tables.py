"""Tables of cells, as RESULTS.md and the terminal show them; first row the header."""

from collections.abc import Mapping, Sequence

from sqase.metrics import METRICS

DIGITS = {"dB": (2, 3), "": (3, 4)}  # of means, of differences; else 3, 3
ARROWS = {"higher": "↑", "lower": "↓"}
NOTHING = "-"
Rows = list[list[str]]


def title(metric: str, results: Mapping) -> str:
    """A metric as a column or row is called: unit, direction, whether held out."""
    facts = METRICS.load(metric)
    unit = f" {facts.unit}" if facts.unit else ""
    held_out = " (held out)" if metric in results["roles"]["held_out"] else ""
    return f"{metric}{unit} {ARROWS[facts.direction]}{held_out}"


def digits(metric: str) -> tuple[int, int]:
    """Digits after the point, of means and of differences."""
    return DIGITS.get(METRICS.load(metric).unit, (3, 3))


def number(metric: str, value: float | None, sign: str = "") -> str:
    """A value with the digits that mean something in its unit.

    Args:
        sign: "+" for differences.
    """
    if value is None:
        return NOTHING
    return f"{value:{sign}.{digits(metric)[sign == '+']}f}"


def ends(metric: str, pair: Sequence[float] | None, sign: str = "") -> str:
    """An interval, `[low, high]`; nothing where it is undefined."""
    if pair is None:
        return ""
    return f" [{number(metric, pair[0], sign)}, {number(metric, pair[1], sign)}]"


def delta(metric: str, entry: Mapping | None, brief: bool = False) -> str:
    """A difference with its interval, bold where that excludes 0.

    Args:
        brief: for the terminal: no interval, and a star instead of bold.
    """
    if entry is None:
        return NOTHING
    text = number(metric, entry["delta"], "+")
    pair = entry["ci95"]
    significant = pair is not None and pair[0] * pair[1] > 0
    if brief:
        return text + ("*" if significant else " ")
    return (f"**{text}**" if significant else text) + ends(metric, pair, "+")


def scored(results: Mapping, test_set: str, metric: str) -> str | None:
    """`n_scored/n_total` of a metric if it is the same for all arms, else None."""
    counts = {_count(sets[test_set][metric]) for sets in results["scores"].values()}
    return counts.pop() if len(counts) == 1 else None


def mean(results: Mapping, arm: str, test_set: str, metric: str) -> str:
    """The mean of an arm; with its own n_scored/n_total if those of arms differ."""
    entry = results["scores"][arm][test_set][metric]
    text = number(metric, entry["mean"])
    if scored(results, test_set, metric) is None:
        text += f" ({_count(entry)})"
    return text


def _count(entry: Mapping) -> str:
    return f"{entry['n_scored']}/{entry['n_total']}"


def with_truth(results: Mapping, test_set: str, metrics: Sequence[str]) -> list[str]:
    """The metrics that any arm was scored with: without references, not all."""
    return [
        metric
        for metric in metrics
        if any(s[test_set][metric]["n_scored"] for s in results["scores"].values())
    ]


def main_table(
    results: Mapping, test_set: str, metrics: Sequence[str], brief: bool = False
) -> Rows:
    """Arms by metrics: mean, and difference to the control of the arm."""
    metrics = with_truth(results, test_set, metrics)
    rows = [["arm", "control", *(title(m, results) for m in metrics)]]
    counts = [scored(results, test_set, m) or "see cells" for m in metrics]
    rows.append(["scored", "", *counts])
    for arm in results["scores"]:
        versus = results["versus"].get(arm, {})
        row = [arm, versus.get("control", NOTHING)]
        for metric in metrics:
            cell = mean(results, arm, test_set, metric)
            if versus:
                entry = versus[test_set].get(metric)
                cell += f"  {delta(metric, entry, brief)}"
            row.append(cell)
        rows.append(row)
    return rows


def means_table(results: Mapping, test_set: str, metrics: Sequence[str]) -> Rows:
    """Metrics by arms: mean with its interval."""
    arms = list(results["scores"])
    rows = [["metric", "scored", *arms]]
    for metric in metrics:
        cells = [
            mean(results, arm, test_set, metric)
            + ends(metric, results["scores"][arm][test_set][metric]["ci95"])
            for arm in arms
        ]
        count = scored(results, test_set, metric) or "see cells"
        rows.append([title(metric, results), count, *cells])
    return rows


def versus_table(
    results: Mapping, versus: Mapping, test_set: str, metrics: Sequence[str]
) -> Rows:
    """Metrics by arms: difference to the control, with its interval.

    Args:
        versus: `versus` of the results, or another part of that form.
    """
    rows = [["metric", *(f"{arm} - {versus[arm]['control']}" for arm in versus)]]
    for metric in with_truth(results, test_set, metrics):
        cells = [delta(metric, v[test_set].get(metric)) for v in versus.values()]
        rows.append([title(metric, results), *cells])
    return rows


def gap_table(results: Mapping, gaps: Mapping, test_set: str) -> Rows:
    """Arms by heads of the assessor: predicted mean, and predicted minus true."""
    predicted = {
        arm: sets[test_set]
        for arm, sets in results["predicted"].items()
        if sets[test_set]
    }
    heads = list(dict.fromkeys(m for entries in predicted.values() for m in entries))
    rows = [["arm", *heads]]
    for arm, entries in predicted.items():
        row = [arm]
        for head in heads:
            entry = entries.get(head, {"mean": None})
            gap = gaps[arm][test_set].get(head)
            shown = delta(head, gap) if gap else "no truth"
            row.append(f"{number(head, entry['mean'])}  {shown}")
        rows.append(row)
    return rows if heads else []


def to_markdown(rows: Rows) -> str:
    """Rows as a Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def to_text(rows: Rows) -> str:
    """Rows as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows
    )
