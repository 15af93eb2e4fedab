"""The section of RESULTS.md on the probes of the assessor (`sqase.sqa.probes`)."""

from collections.abc import Mapping

from sqase.report.tables import NOTHING, to_markdown

INTRODUCTION = """## What moves the assessor without moving the truth

Of {clips} noisy clips, heard blind; errors in per cent of the metric's range: change by
+-10 dB of gain (largest), by padding in a batch (largest), by 2 s of appended silence
(mean; minus the true change), and mean error of clips of other lengths.
"""
ATTACK = """
Rise of {metric} under an attack: a change of the clip, 32 dB below it, found by
gradient ascent on the assessor (mean, 95th percentile in brackets). True: what the
metric itself says of it; transfer: another assessor.
"""


def render(probes: Mapping) -> str:
    """Markdown; empty without probes."""
    if not probes:
        return ""
    lengths = probes["length"]
    rows = [["metric", "gain", "padding", "silence", *(f"{s} s" for s in lengths)]]
    for metric in probes["gain"]:
        cells = [
            _percent(probes["gain"].get(metric), "max"),
            _percent(probes["padding"].get(metric), "max"),
            _percent(probes["silence"].get(metric), "mean"),
            *(_percent(lengths[s].get(metric), "mae") for s in lengths),
        ]
        rows.append([metric, *cells])
    parts = [INTRODUCTION.format(clips=probes["clips"]), to_markdown(rows)]
    for metric, attacks in probes.get("attack", {}).items():
        rows = [["steps", "predicted", "true", "transfer"]]
        for steps, rise in attacks.items():
            transfer = rise.get("transfer_rise")
            rows.append(
                [
                    steps,
                    _rise(rise, "predicted"),
                    _rise(rise, "true"),
                    NOTHING if transfer is None else f"{transfer:+.2f}",
                ]
            )
        parts += [ATTACK.format(metric=metric), to_markdown(rows)]
    return "\n".join(parts)


def _rise(figures: Mapping, name: str) -> str:
    return f"{figures[f'{name}_rise']:+.2f} ({figures[f'{name}_rise_p95']:+.2f})"


def _percent(figures: Mapping | None, name: str) -> str:
    return NOTHING if figures is None else f"{100 * figures[name]:.2g}"
