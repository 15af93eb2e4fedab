"""Which system of a leaderboard runs on which utterance."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqase.published import PUBLISHED, installed
from sqase.runtime import config
from sqase.runtime.seeding import draw
from sqase.systems import KINDS, SYSTEMS, kind_of

CHECKPOINTS = "checkpoints"  # in the settings: the models without a count of their own


def load_settings(
    path: str | Path, size: str, data_dir: str | Path
) -> tuple[Mapping, float]:
    """The section of conf/leaderboard.yaml for a data directory, and its scale.

    Published enhancers that are not installed are left out of it, which is logged.

    Raises:
        ValueError: no section is called like the data directory.
    """
    settings = config.load(path, size)
    part = Path(data_dir).name
    if part not in settings["sets"]:
        raise ValueError(
            f"{path}: sets: expected {part!r} (the last part of --data_dir), "
            f"got {', '.join(settings['sets'])}. Add it"
        )
    section = settings["sets"][part]
    there = installed(name for name in section["clips"] if name in PUBLISHED)
    for name in PUBLISHED:
        if name not in there:
            section["clips"].pop(name, None)
    if not members(section):
        for name in KINDS["committee"]:
            section["clips"].pop(name, None)
    return section, settings["scale"]


def members(settings: Mapping) -> list[str]:
    """The published enhancers of a section, which its committees are made of.

    One that a section does not name is not heard in it at all, alone or in a mean.
    """
    return [n for n in PUBLISHED if n in settings["clips"] and n != "committee"]


def plan(
    utterances: Sequence[str],
    models: Sequence[str],
    settings: Mapping,
    scale: float = 1.0,
) -> list[tuple[str, str]]:
    """Choose utterances for systems, by a digest of both names.

    Args:
        utterances: all ids of the data directory.
        models: names of the enhancement models.
        settings: `utterances`, how many are used at all, and `clips`, how many
            clips of each system or model; "checkpoints" is shared equally by the
            models that are not named there. `edits`: on how many `utterances` there
            are local edits of one clip, and how many of `each`; they are systems
            edit_1, edit_2, ... All are upper limits: a small data directory gives
            what it has.
        scale: factor on all of these numbers, results rounded up.

    Returns:
        (system, utterance) pairs, sorted.

    Raises:
        ValueError: an unknown system, or a model called like one.
    """
    clips = dict(settings["clips"])
    shared = clips.pop(CHECKPOINTS, 0)
    SYSTEMS.check([name for name in clips if name not in models])
    for name in models:
        check_name("--enhanced", name)
    sharing = checkpoints(models, settings)
    clips.update({name: shared / len(sharing) for name in sharing})
    chosen = choose(utterances, settings, scale)
    pairs = [
        (system, utterance)
        for system, count in clips.items()
        for utterance in draw(system, chosen, math.ceil(scale * count))
    ]
    edits = settings.get("edits", {"utterances": 0, "each": 0})
    edited = draw("edit", chosen, math.ceil(scale * edits["utterances"]))
    numbers = range(1, edits["each"] + 1)
    return sorted(pairs + [(f"edit_{n}", utt) for n in numbers for utt in edited])


def check_name(option: str, name: str) -> None:
    """Refuse a name that cannot be that of a system of one's own."""
    is_system = name in SYSTEMS or kind_of(name) == "edit"
    if is_system or not name or any(c.isspace() or c == "/" for c in name):
        raise ValueError(
            f"{option} {name!r}: expected a name without white space and '/' that is "
            f"no system ({', '.join(SYSTEMS)}). Rename it"
        )


def checkpoints(models: Sequence[str], settings: Mapping) -> list[str]:
    """The models that share the clips of "checkpoints"; other systems use them."""
    return [name for name in models if name not in settings["clips"]]


def choose(utterances: Sequence[str], settings: Mapping, scale: float) -> list[str]:
    """The utterances that the systems may run on; see `plan`."""
    return draw("", utterances, math.ceil(scale * settings["utterances"]))

