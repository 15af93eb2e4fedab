"""Pictures of what happened during training, from what it wrote down (unit.json)."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from PIL import Image

from sqase.metrics import METRICS
from sqase.report.units import Key
from sqase.runtime.atomic import replacing

# Told apart by any eye: Okabe and Ito, "Color Universal Design", 2008; no yellow.
COLOURS = "#000000 #0072b2 #d55e00 #009e73 #cc79a7 #56b4e9 #e69f00".split()
STYLES = ("-", "--", ":")  # of the first seven arms, of the next ...
COLUMNS = 3
INCHES = 2.9, 2.4  # of a panel
DPI = 100
SHADES = 128

Curves = Mapping[Key, Mapping[int, Mapping[str, float]]]
"""(arm, seed) -> epoch -> metric -> value."""


def draw_curves(units: Mapping[Key, Mapping], output_dir: str | Path) -> list[str]:
    """Write validation.png and gap.png, each if there is anything to show.

    Args:
        units: see `sqase.report.units`.
        output_dir: gets the PNG files.

    Returns:
        The names of those written.
    """
    # the baseline is the start of the others; its epochs are not theirs
    units = {(a, s): unit for (a, s), unit in units.items() if a != "baseline"}
    figures = {"validation.png": validation(units), "gap.png": gap(units)}
    drawn = {name: figure for name, figure in figures.items() if figure}
    for name, figure in drawn.items():
        with replacing(Path(output_dir) / name) as part:
            _save(figure, part)
    return list(drawn)


def validation(units: Mapping[Key, Mapping]) -> Figure | None:
    """True metrics of all arms and seeds on the validation set, over their epochs.

    Epoch 0 is what they start from; a dot is the epoch that was selected.
    """
    curves = {
        (arm, seed): {
            epoch: {metric: figures["mean"] for metric, figures in known.items()}
            for epoch, known in unit.get("validation", {}).items()
        }
        for (arm, seed), unit in units.items()
    }
    dots = {key: unit.get("selected_epoch") for key, unit in units.items()}
    return _figure(curves, "", dots)


def gap(units: Mapping[Key, Mapping]) -> Figure | None:
    """Predicted minus true score of fresh outputs, over the epochs of closed loops.

    Thick is that of the judge that guides, thin that of the one that only looks on.
    """
    curves, onlookers = (
        {key: unit.get(name, {}) for key, unit in units.items()}
        for name in ("gap", "bystander_gap")
    )
    figure = _figure(curves, "gap of ", {}, onlookers)
    for panel in figure.axes if figure else ():
        panel.axhline(0.0, color="#606060", linewidth=1.0, zorder=1.8)
    return figure


def _figure(
    curves: Curves,
    what: str,
    dots: Mapping[Key, int | None],
    thin: Curves = MappingProxyType({}),
) -> Figure | None:
    """A panel for each metric, in it a line for each arm and seed; None without any.

    An arm looks the same whatever is known of the others.
    """
    arms = list(dict.fromkeys(arm for arm, _ in curves))
    looks = {
        arm: {
            "color": COLOURS[number % len(COLOURS)],
            "linestyle": STYLES[number // len(COLOURS) % len(STYLES)],
        }
        for number, arm in enumerate(arms)
    }
    curves = {key: _by_metric(epochs) for key, epochs in curves.items() if epochs}
    metrics = list(dict.fromkeys(m for known in curves.values() for m in known))
    if not metrics:
        return None
    shown = list(dict.fromkeys(arm for arm, _ in curves))
    columns = min(COLUMNS, len(metrics))
    rows = math.ceil(len(metrics) / columns)
    size = INCHES[0] * columns, INCHES[1] * rows + 0.5
    figure = Figure(size, layout="constrained")
    for number, metric in enumerate(metrics, start=1):
        panel = figure.add_subplot(rows, columns, number)
        for (arm, seed), known in curves.items():
            points = known.get(metric, {})
            if points:
                name = f"{arm}, seed {seed}"
                panel.plot(*zip(*points.items()), lw=1.3, label=name, **looks[arm])
            beside = _by_metric(thin.get((arm, seed), {})).get(metric)
            if beside:
                panel.plot(*zip(*beside.items()), lw=0.6, **looks[arm])
            epoch = dots.get((arm, seed))
            if epoch in points:
                panel.plot(epoch, points[epoch], "o", ms=5, color=looks[arm]["color"])
        unit = METRICS.load(metric).unit
        unit = f" ({unit})" if unit else ""
        panel.set_ylabel(f"{what}{metric}{unit}", fontsize=9)
        panel.set_xlabel("epoch", fontsize=9)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.tick_params(labelsize=8)
        panel.grid(color="#e4e4e4", linewidth=0.6)
    figure.legend(
        [Line2D([], [], **looks[arm]) for arm in shown],
        shown,
        loc="outside upper center",
        ncols=min(4, len(shown)),
        fontsize=9,
        frameon=False,
    )
    return figure


def _save(figure: Figure, path: Path) -> None:
    """As a PNG of few colours, a third as large: it is kept with the results."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    picture = Image.open(raw).convert("RGB").quantize(SHADES)
    picture.save(path, format="png", optimize=True)


def _by_metric(epochs: Mapping) -> dict[str, dict[int, float]]:
    """{epoch: {metric: value}} -> {metric: {epoch: value}}, epochs ascending."""
    curves: dict[str, dict[int, float]] = {}
    for epoch in sorted(epochs, key=int):
        for metric, value in epochs[epoch].items():
            curves.setdefault(metric, {})[int(epoch)] = value
    return curves
