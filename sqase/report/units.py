"""Read what training wrote about each arm and seed; refuse to mix.

    exp/seed<S>/baseline/unit.json     of the baseline
    exp/seed<S>/arms/<arm>/unit.json   of all other arms
    exp/published/units.json           of published enhancers, by name; they have no seed

A unit.json holds `data_digest` (data directory -> digest) and `config_digest` (of the
settings that the guided arms share, or of the baseline's), of a guided arm
`arm_digest` (of what it changes in them), and, as far as known, `seconds`,
`step_seconds`, `selected_epoch`, `parameters`, `macs_per_s`, `rtf`, `validation`
({epoch: {metric: {"mean"}}}, epoch 0 the start), `gap` (of the closed loop: {epoch:
{metric: predicted minus true}}) and `bystander_gap` (of the judge that only looks on);
of the arm `preset`, see `sqase.tasks.preset_choice`. That of a published enhancer holds
`parameters`, `rtf`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqase.published import PUBLISHED

Key = tuple[str, str]  # arm, seed


def load_units(
    expdir: str | Path, arms: Sequence[str], seeds: Sequence[str]
) -> dict[Key, dict]:
    """Read what training wrote about each arm and seed; refuse a mixture.

    All units must have been trained on the same data. All guided arms must share the
    digest of their settings, and so must the baselines, the presets, and the seeds of an arm
    that of what it changes in them.

    Returns:
        (arm, seed) -> unit.json, for the units that are there; `noisy` has none, a
        published enhancer that of the first seed.

    Raises:
        FileNotFoundError: an arm was trained with none of the seeds, or nothing is
            known of the published enhancers.
        ValueError: see `digests`.
    """
    published = [arm for arm in arms if arm in PUBLISHED]
    units = {}
    for arm in arms:
        if arm == "noisy" or arm in PUBLISHED:
            continue
        folder = "baseline" if arm == "baseline" else f"arms/{arm}"
        for seed in seeds:
            path = Path(expdir) / f"seed{seed}" / folder / "unit.json"
            if path.exists():
                units[arm, seed] = json.loads(path.read_text(encoding="utf-8"))
        if not any((arm, seed) in units for seed in seeds):
            raise FileNotFoundError(
                f"{expdir}/seed*/{folder}/unit.json: expected it for one of the seeds "
                f"{' '.join(seeds)}, found none. Train the arm {arm}"
            )
    digests(units)
    return units | _published(Path(expdir) / "published/units.json", published, seeds)


def _published(path: Path, names: Sequence[str], seeds: Sequence[str]) -> dict:
    """The units of published enhancers."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in names:
        if name not in known:
            raise FileNotFoundError(
                f"{path}: expected what {name} costs, found nothing. Run stage 8"
            )
    return {(name, seeds[0]): known[name] for name in names}


def digests(units: Mapping[Key, Mapping]) -> dict[str, str]:
    """The one digest of each data directory and of each kind of settings.

    Raises:
        ValueError: two digests where there must be one.
    """
    first: dict[str, tuple[str, str]] = {}
    for (arm, seed), unit in units.items():
        if arm in PUBLISHED:
            continue
        kind = arm if arm in ("baseline", "preset") else "guided arms"
        found = {f"data {name}": d for name, d in unit["data_digest"].items()}
        found[f"settings of {kind}"] = unit["config_digest"]
        if "arm_digest" in unit:
            found[f"settings of arm {arm}"] = unit["arm_digest"]
        for what, digest in found.items():
            other, expected = first.setdefault(what, (f"{arm}, seed {seed}", digest))
            if digest != expected:
                raise ValueError(
                    f"unit.json of {arm}, seed {seed}: {what}: expected digest "
                    f"{expected[:12]} as in {other}, got {digest[:12]}. Results of "
                    "different data or settings are not comparable: train one again"
                )
    return {what: digest for what, (_, digest) in sorted(first.items())}
