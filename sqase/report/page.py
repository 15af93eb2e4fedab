"""The results as one HTML file to look at and listen to, without a network.

The files in `html` become one: what they show is a JSON object inside, `content`.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sqase.metrics import METRICS
from sqase.metrics.roles import ROLES, Roles
from sqase.published import PUBLISHED
from sqase.report import tables
from sqase.report.load import ScoredSet, pooled
from sqase.report.markdown import PICTURES, about, spread
from sqase.runtime.atomic import replacing

HTML = Path(__file__).parent / "html"
SCRIPTS = ("tables.js", "cost.js", "plots.js", "player.js")


def write_page(path: str | Path, content: Mapping) -> None:
    """Write the page.

    Args:
        path: of the HTML file.
        content: see `collect`.
    """
    source = {file.name: file.read_text("utf-8") for file in HTML.iterdir()}
    data = json.dumps(content, ensure_ascii=False, allow_nan=False)
    parts = {
        "STYLE": source["page.css"],
        "SCRIPT": "\n".join(source[name] for name in SCRIPTS),
        "DATA": data.replace("<", "\\u003c"),  # nothing in it ends the element
    }
    page = source["page.html"]
    for name, text in parts.items():
        page = page.replace(f"{{{{{name}}}}}", text, 1)
    with replacing(path) as part:
        part.write_text(page, "utf-8")


def collect(
    results: Mapping,
    gaps: Mapping,
    problems: Sequence[str],
    test_sets: Sequence[ScoredSet],
    roles: Roles,
    pictures: Sequence[Path],
    clips: Sequence[Mapping],
) -> dict:
    """What the page shows.

    Args:
        results, gaps, problems: see `sqase.report.results`.
        test_sets: what the results are of.
        roles: of the metrics.
        pictures: PNG files, see `sqase.report.curves`.
        clips: see `sqase.report.clips`.
    """
    facts = results["provenance"]
    return {
        "metrics": {metric: _facts(metric, roles) for metric in roles.scored},
        "groups": {"main": roles.main} | {role: getattr(roles, role) for role in ROLES},
        "test_sets": {t.name: about(t) for t in test_sets},
        **{key: results[key] for key in ("scores", "predicted", "versus")},
        "cost": {
            arm: {"rtf": figures["rtf"], "published": arm in PUBLISHED}
            for arm, figures in results["complexity"].items()
        },
        "gaps": gaps,
        "problems": problems,
        "intervals": spread(test_sets[0]),
        "agreement": results["agreement"]["on_arms"],
        "scatter": _scatter(test_sets),
        "pictures": [
            {"caption": PICTURES[path.name], "png": _base64(path)} for path in pictures
        ],
        "clips": clips,
        "seeds": list(test_sets[0].seeds),
        "provenance": {key: facts[key] for key in ("command", "git", "dirty")},
    }


def _facts(metric: str, roles: Roles) -> dict:
    facts = METRICS.load(metric)
    return {
        "unit": facts.unit,
        "sign": facts.sign,
        "arrow": tables.ARROWS[facts.direction],
        "role": roles.role(metric),
        "digits": tables.digits(metric),
        "notes": facts.notes,
    }


def _scatter(test_sets: Sequence[ScoredSet]) -> dict:
    """{METRIC: {ARM: {true, predicted}}} of all clips that have both."""
    points: dict[str, dict] = {}
    for metric in test_sets[0].metrics:
        for arm in test_sets[0].arms:
            true, predicted = pooled(test_sets, arm, metric)
            both = np.isfinite(true + predicted)
            if both.any():
                points.setdefault(metric, {})[arm] = {
                    "true": _rounded(true[both]),
                    "predicted": _rounded(predicted[both]),
                }
    return points


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 3) for value in values]


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
