"""The configuration of a simulation; `egs/folders/conf/data.yaml` explains it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqase.degradations import DEGRADATIONS
from sqase.runtime.lookup import close_names
from sqase.simulation.rooms import SimulatedRoom

REFERENCES = ("kept", "withheld", "none")
_TOP = {"seed", "clip_seconds", "shares", "reverb_share", "level_range_dbfs", "sets"}
_SET = {"part", "count", "reference"}
VARIETY = {"speed_range", "speech_speed_range", "colour", "second_noise_share"}
_LEVELS = {"snr_grid_db", "snr_range_db"}
_OPTIONAL = {"real", "speaker_pattern", "degradations", "simulated_rooms"}


def check(config: Mapping[str, Any]) -> None:
    """Refuse a configuration that `build` could not follow.

    Raises:
        ValueError: a missing or unknown key, part or kind of reference; limits that
            are none.
    """
    check_keys("data configuration", config, _TOP, _TOP | _OPTIONAL)
    for name, settings in config["sets"].items():
        where = f"data configuration: sets: {name}"
        check_keys(where, settings, _SET, _SET | _LEVELS | VARIETY)
        if len(_LEVELS & set(settings)) != 1:
            raise ValueError(
                f"{where}: expected one of {', '.join(sorted(_LEVELS))}, "
                f"got {', '.join(sorted(_LEVELS & set(settings))) or 'none'}"
            )
        _check_share(
            f"{where}: second_noise_share", settings.get("second_noise_share", 0.0)
        )
        _check_name(f"{where}: part", settings["part"], config["shares"])
        _check_name(f"{where}: reference", settings["reference"], REFERENCES)
    rooms = config.get("simulated_rooms")
    if rooms is not None:
        where, possible = "data configuration: simulated_rooms", SimulatedRoom.possible
        check_keys(where, rooms, set(possible), set(possible))
        _check_limits(where, rooms, possible)
    _check_degradations(config.get("degradations") or {})
    real = config.get("real")
    if real:
        where = "data configuration: real"
        check_keys(where, real, {"train_share", "sets"}, {"train_share", "sets"})
        for name, settings in real["sets"].items():
            keys = {"part", "clip_seconds"}
            inside = f"{where}: {name}"
            check_keys(inside, settings, keys, keys | {"hop_seconds", "count"})
            _check_name(f"{inside}: part", settings["part"], ("train", "test"))
            count = settings.get("count")
            if not (count is None or (isinstance(count, int) and count > 0)):
                raise ValueError(f"{inside}: count: expected 1 or more, got {count!r}")


def _check_degradations(config: Mapping[str, Mapping[str, Any]]) -> None:
    where = "data configuration: degradations"
    check_keys(where, config, set(), set(DEGRADATIONS))
    for name, settings in config.items():
        limits, inside = dict(settings or {}), f"{where}: {name}"
        possible = DEGRADATIONS.load(name).possible
        check_keys(inside, limits, {"share"}, {"share", *possible})
        _check_share(f"{inside}: share", limits.pop("share"))
        _check_limits(inside, limits, possible)


def _check_limits(
    where: str, got: Mapping[str, Any], possible: Mapping[str, tuple[float, float]]
) -> None:
    """Refuse what are no limits of a draw, or allow what cannot be."""
    for name, limits in got.items():
        low, high = possible[name]
        if not (
            isinstance(limits, Sequence)
            and len(limits) == 2
            and all(map(_is_number, limits))
            and low <= limits[0] <= limits[1] <= high
        ):
            raise ValueError(
                f"{where}: {name}: expected two numbers from {low:g} to {high:g}, "
                f"the lower first, got {limits!r}"
            )


def _check_share(where: str, share: Any) -> None:
    if not (_is_number(share) and 0 <= share <= 1):
        raise ValueError(f"{where}: expected 0 to 1, got {share!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


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
        close = close_names(str(got), known)
        hint = f" Did you mean {close}?" if close else ""
        raise ValueError(
            f"{where}: expected one of {', '.join(known)}, got {got!r}.{hint}"
        )
