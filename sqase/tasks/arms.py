"""The arms of an experiment: what each trains with, as ESPnet settings.

`conf/se_guided.yaml` holds the network and signal loss of the baseline (through
`base:`), the schedule of the arms, a section `guidance` and, in `arms`, what each
arm changes in it. Every arm has the same batches, updates and learning rate. One more
thing an arm may name, for comparisons: `criterions`, trained with in place of the
signal loss. `judge` is the criterion that guides, `sqa` or `formulas`; `real`, beside
what it changes for rows without a reference, says with `target` which of `targets` these
are held to. `remix`: as many pairs again are of clean speech in the noise of recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import torch

from sqase.data.rows import COMMITTEE, combine
from sqase.runtime.config import merge
from sqase.simulation.remix import remix
from sqase.sqa.assessor import Assessor
from sqase.sqa.modes import MODES, mode_index
from sqase.tasks.trainer import loop_state_path


def guidance_of(settings: Mapping[str, Any], arm: str) -> dict[str, Any]:
    """The section `guidance` with the arm's changes; its `heads` replace the others.

    Raises:
        ValueError: the settings do not define the arm.
    """
    arms = settings.get("arms", {})
    if arm not in arms:
        raise ValueError(
            f"arm {arm!r}: expected one of {', '.join(arms)}. "
            "Define it in the section `arms` of the settings"
        )
    changes = arms[arm] or {}
    guidance = merge(settings["guidance"], changes)
    return {**guidance, "heads": changes.get("heads", guidance["heads"])}


def hears_committee(settings: Mapping[str, Any], arm: str, *, real: bool) -> bool:
    """Whether an arm trains with what a committee made of its rows: of those without a
    reference (real), or of those with one."""
    guidance = guidance_of(settings, arm)
    if not real:
        refresh = guidance["refresh"] or {"modes": [0.0] * len(MODES)}
        judged = guidance["weight"] > 0 and guidance["mode"] == "committee"
        return judged or refresh["modes"][mode_index("committee")] > 0
    if not guidance.get("use_real", False):
        return False
    rows = guidance["real"]
    judged = rows["weight"] > 0 and rows["mode"] == "committee"
    return judged or rows["target"] != "start" or guidance["remix"] is not None


def lay_rows(
    settings: Mapping[str, Any],
    arm: str,
    train_dir: Path,
    real_dir: Path | None,
    committee: Path | None,
    output_dir: Path,
) -> dict[Path, Path]:
    """Write the data directory that an arm trains on.

    Args:
        settings: resolved `conf/se_guided.yaml`.
        arm: name in its section `arms`.
        train_dir: pairs.
        real_dir: recordings; not used by an arm without.
        committee: folder in which `<set>/committee.scp` says what published enhancers
            made of the rows of each.
        output_dir: of the arm; gets `data`, and `remixed` where the arm has such pairs.

    Returns:
        Set -> folder of what the committee made of it, of those that the arm hears.

    Raises:
        ValueError: recordings or a committee that the arm needs are not given; see
            `combine`.
    """
    guidance, count = guidance_of(settings, arm), settings["utterances"]
    folders: dict[bool, Path | None] = {False: train_dir, True: None}
    if guidance.get("use_real", False):
        if real_dir is None:
            raise ValueError(f"arm {arm}: expected --real_dir, got none")
        folders[True] = real_dir
    heard = [real for real in folders if hears_committee(settings, arm, real=real)]
    if heard and committee is None:
        raise ValueError(f"arm {arm}: expected --committee, got none")
    made = {folders[real]: committee / folders[real].name for real in heard}
    pairs = [train_dir]
    if guidance["remix"] is not None and folders[True]:
        pairs.append(output_dir / "remixed")
        scp = made[real_dir] / COMMITTEE
        remix(train_dir, real_dir, scp, pairs[1], count=count, **guidance["remix"])
    combine(output_dir / "data", pairs, folders[True], count, made)
    return made


def arm_settings(
    settings: Mapping[str, Any],
    arm: str,
    baseline: Path,
    assessor: Path,
    leaderboard: Path | None,
    output_dir: Path,
    seed: int,
    witness: Path | None = None,
) -> dict[str, Any]:
    """ESPnet's settings of one arm.

    Args:
        settings: resolved `conf/se_guided.yaml`.
        arm: name in its section `arms`.
        baseline: checkpoint to start from.
        assessor: folder of the assessor to start with.
        leaderboard: directory of the clips it was trained on; None for arms whose
            assessor is not retrained.
        output_dir: of the arm.
        seed: of the arm.
        witness: folder of a second assessor, to be the bystander of the refreshes; None
            makes a copy of the first that.
    """
    guidance = guidance_of(settings, arm)
    fixed = "fresh_mixtures", "utterances"  # arms share rows that were written once
    others = ("guidance", "arms", "targets", *fixed)
    ours = {k: v for k, v in settings.items() if k not in others}
    criterions = list(guidance.get("criterions", settings["criterions"]))
    criterions.append(_guided("sqa", guidance, "reference", seed))
    if guidance.get("use_real", False):
        real = guidance["real"]
        criterions.append(settings["targets"][real["target"]])
        criterions.append(_guided("sqa_real", {**guidance, **real}, "real", seed + 1))
        ours["real_per_batch"] = real["per_batch"]
    guide = {"assessor": str(assessor), "start": str(baseline)}
    refresh = guidance.get("refresh")
    if refresh is not None:
        places = {"leaderboard": str(leaderboard), "folder": str(output_dir / "replay")}
        places["bystander"] = str(witness or assessor) if refresh["bystander"] else None
        guide["refresh"] = {**refresh, **places, "seed": seed}
    return {
        **ours,
        "criterions": criterions,
        "guide_conf": guide,
    }


def keep_assessor(output_dir: Path, start: Path, mode: str) -> None:
    """Write `output_dir/assessor`: the one that guided the arm, as it ended.

    Args:
        output_dir: of the arm, its training complete.
        start: folder of the assessor it began with.
        mode: in which it guided; becomes its own for predictions.
    """
    assessor = Assessor.load(start)
    path = loop_state_path(output_dir)
    loop = torch.load(path, map_location="cpu", weights_only=True)
    if loop["refresher"] is not None:
        judge = loop["refresher"]["learners"]["gap"]
        assessor.model.load_state_dict(judge["assessor"])
    assessor.config["mode"] = mode
    assessor.save(output_dir / "assessor")


def _guided(name: str, guidance: Mapping[str, Any], rows: str, seed: int) -> dict:
    """One criterion of the guidance."""
    conf = {"name": name, "heads": guidance["heads"], "mode": guidance["mode"]}
    if guidance["judge"] == "sqa":
        conf |= {"augment": guidance["augment"], "seed": seed}
    return {
        "name": guidance["judge"],
        "conf": conf,
        "wrapper": "guided",
        "wrapper_conf": {
            "weight": guidance["weight"],
            "ramp": guidance["ramp"],
            "rows": rows,
        },
    }
