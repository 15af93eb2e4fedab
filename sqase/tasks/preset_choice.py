"""Choose the preset of a baseline by true metrics on the validation set."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqase.data.digest import digest_data_dir
from sqase.labels import LabelPool
from sqase.metrics import version
from sqase.runtime.atomic import replacing
from sqase.runtime.outputs import keep_what_is_made_from
from sqase.runtime.text import read_json
from sqase.tasks.adaptation import import_model
from sqase.tasks.enhance import SAMPLE_RATE, Enhancer, digest_of
from sqase.tasks.members import NOTE
from sqase.tasks.preset import FILE, PRESETS
from sqase.tasks.selection import (
    mark_selected,
    read_waves,
    select,
    summary,
    value_of,
)
from sqase.tasks.unit import complexity, digest_settings

VALIDATION = "validation"  # folder with the scores of each preset, once it has them


def choose_preset(
    baseline: str | Path, valid_dir: str | Path, output_dir: str | Path, nj: int
) -> dict[str, Any]:
    """Make the arm `preset`: the baseline, and the preset that suits it best.

    It is chosen as the epochs of all arms are (`sqase.tasks.selection.select`), among
    the presets alone: one of them is taken even if the baseline is better without.

    Args:
        baseline: experiment directory, complete.
        valid_dir: the validation set that its epoch was chosen on.
        output_dir: made if needed; gets what `sqase.tasks.adaptation.import_model`
            writes, selected.pth, preset.json and, last, unit.json.
        nj: scoring processes.

    Returns:
        The content of unit.json. Its `presets` tells of the baseline and of each preset
        `means`, the metrics on the validation set, and `gain`: the mean over them of
        what they are above the baseline's, each in units of its spread.

    Raises:
        FileNotFoundError: the baseline is not complete.
        ValueError: a validation set without references.
    """
    baseline, output_dir = Path(baseline), Path(output_dir)
    start = read_json(baseline / "unit.json")
    spread = start["spread"]
    scores = _validation_scores(baseline, valid_dir, list(spread), output_dir, nj)
    chosen = PRESETS[select(dict(enumerate(scores)), spread)]
    import_model(baseline, output_dir)
    mark_selected(output_dir, 1)
    _write(output_dir / FILE, dataclasses.asdict(chosen))
    names = [preset.name for preset in PRESETS]
    of_baseline = start["validation"][str(start["selected_epoch"])]
    presets = {
        name: {
            "means": {metric: figures[metric]["mean"] for metric in spread},
            "gain": value_of(figures, spread) - value_of(of_baseline, spread),
        }
        for name, figures in zip(["baseline", *names], [of_baseline, *scores])
    }
    unit = {
        "data_digest": {Path(valid_dir).name: digest_data_dir(valid_dir)},
        "config_digest": digest_settings({"presets": names, "metrics": list(spread)}),
        "preset": chosen.name,
        "presets": presets,
        **complexity(Enhancer(output_dir)),
    }
    _write(output_dir / "unit.json", unit)
    return unit


def _validation_scores(
    baseline: Path,
    valid_dir: str | Path,
    metrics: Sequence[str],
    output_dir: Path,
    nj: int,
) -> list[dict[str, dict[str, float]]]:
    """See `sqase.tasks.selection.summary`; of each preset. What an earlier call has
    scored of the same baseline and validation set is not scored again."""
    clean = read_waves(valid_dir, "spk1.scp")
    if not clean:
        raise ValueError(
            f"validation set {valid_dir}: expected references, found no spk1.scp. "
            "Leave out the arm preset"
        )
    files = {p: output_dir / VALIDATION / f"{p.name}.json" for p in PRESETS}
    made_from = {
        "model": digest_of(baseline),
        "data": digest_data_dir(valid_dir),
        "metrics": {metric: version(metric) for metric in metrics},
    }
    wanted = {str(f.relative_to(output_dir)): made_from for f in files.values()}
    keep_what_is_made_from(output_dir / NOTE, wanted)
    missing = [preset for preset in PRESETS if not files[preset].is_file()]
    noisy = read_waves(valid_dir, "wav.scp") if missing else []
    enhanced = list(map(Enhancer(baseline), noisy))
    with LabelPool(nj=nj) as pool:
        for preset in missing:
            tasks = [
                (metrics, c, preset(noisy=n, enhanced=e, sample_rate=SAMPLE_RATE))
                for c, n, e in zip(clean, noisy, enhanced)
            ]
            results = pool.result(pool.submit(tasks, sample_rate=SAMPLE_RATE))
            _write(files[preset], summary(results, metrics))
            logging.info("%s: scored %s on %s", output_dir, preset.name, valid_dir)
    return [read_json(file) for file in files.values()]


def _write(path: Path, content: dict[str, Any]) -> None:
    with replacing(path) as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
