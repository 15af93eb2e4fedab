"""The section on the arm `preset`: what was to be had without training."""

from collections.abc import Mapping, Sequence

from sqase.report import tables
from sqase.report.load import ScoredSet

HEAD = """## Presets

The arm `preset` is the baseline with a fixed change of its output, in **bold**: the best
of twelve on the validation set, by the rule that chooses epochs. There, the means of
{metrics}; then what they are above the baseline's, in units of their spread. `blend`:
with so much of the input; `power`: each gain raised to it; `floor`: no gain below, in dB.
"""
ABOVE = """### Above the preset on {test_set}
"""


def render(
    results: Mapping, test_sets: Sequence[ScoredSet], main: Sequence[str]
) -> str:
    """Markdown; empty without that arm.

    Args:
        results: content of results.json.
        test_sets: what they are of.
        main: metrics of the comparison.
    """
    if not results["presets"]:
        return ""
    choices = {f"seed {seed}": of for seed, of in results["presets"].items()}
    first = next(iter(next(iter(choices.values()))["presets"].values()))
    parts = [HEAD.format(metrics=", ".join(first["means"]))]
    parts.append(tables.to_markdown(table(choices)))
    above = results["above_preset"]
    for t in test_sets if above else ():
        rows = tables.versus_table(results, above, t.name, main)
        parts += [ABOVE.format(test_set=t.name), tables.to_markdown(rows)]
    return "\n".join(parts)


def table(choices: Mapping[str, Mapping]) -> tables.Rows:
    """Presets by choices.

    Args:
        choices: title of a column -> see `sqase.tasks.preset_choice.choose_preset`; the
            chosen preset is bold.
    """
    rows = [["preset", *choices]]
    for name in next(iter(choices.values()))["presets"]:
        row = [name]
        for choice in choices.values():
            figures = choice["presets"][name]
            means = (tables.number(m, mean) for m, mean in figures["means"].items())
            cell = f"{' / '.join(means)}  {figures['gain']:+.3f}"
            row.append(f"**{cell}**" if name == choice["preset"] else cell)
        rows.append(row)
    return rows
