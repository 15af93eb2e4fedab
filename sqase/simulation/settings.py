"""The configuration of a simulation; `egs/folders/conf/data.yaml` explains it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

REFERENCES = ("kept", "withheld", "none")
_TOP = {"seed", "clip_seconds", "shares", "reverb_share", "level_range_dbfs", "sets"}
_SET = {"part", "count", "reference"}
_VARIETY = {"speed_range", "colour"}
_LEVELS = {"snr_grid_db", "snr_range_db"}


def check(config: Mapping[str, Any]) -> None:
    """Refuse a configuration that `build` could not follow.

    Raises:
        ValueError: a missing or unknown key, part or kind of reference.
    """
    check_keys("data configuration", config, _TOP, _TOP | {"real", "speaker_pattern"})
    for name, settings in config["sets"].items():
        where = f"data configuration: sets: {name}"
        check_keys(where, settings, _SET, _SET | _LEVELS | _VARIETY)
        if len(_LEVELS & set(settings)) != 1:
            raise ValueError(
                f"{where}: expected one of {', '.join(sorted(_LEVELS))}, "
                f"got {', '.join(sorted(_LEVELS & set(settings))) or 'none'}"
            )
        _check_name(f"{where}: part", settings["part"], config["shares"])
        _check_name(f"{where}: reference", settings["reference"], REFERENCES)
    real = config.get("real")
    if real:
        where = "data configuration: real"
        check_keys(where, real, {"train_share", "sets"}, {"train_share", "sets"})
        for name, settings in real["sets"].items():
            keys = {"part", "clip_seconds"}
            check_keys(f"{where}: {name}", settings, keys, keys | {"hop_seconds"})
            _check_name(f"{where}: {name}: part", settings["part"], ("train", "test"))


def check_keys(
    where: str, got: Mapping[str, Any], required: set[str], known: set[str]
) -> None:
    """Refuse unknown keys, with what may have been meant, and missing ones.

    Args:
        where: start of the message.
        got: a section of settings.
        required, known: names of keys.
    """
    for name in got:
        _check_name(f"{where}: key", name, sorted(known))
    missing = required - set(got)
    if missing:
        raise ValueError(
            f"{where}: expected the keys {', '.join(sorted(required))}, "
            f"got none for {', '.join(sorted(missing))}"
        )


def _check_name(where: str, got: str, known: Collection[str]) -> None:
    if got not in known:
        close = difflib.get_close_matches(str(got), known)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        raise ValueError(
            f"{where}: expected one of {', '.join(known)}, got {got!r}.{hint}"
        )
