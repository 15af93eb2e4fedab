"""Published leaderboards and listening tests: from tables to leaderboard directories.

A table is a `.jsonl` file with an object for each clip, as the URGENT challenges'
preparation writes it: `audio_path` (16 kHz, one channel), `system_id`, `sample_id` and
`metrics`, a name and a number for each score that the clip has.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sqase.data.data_dir import validate_leaderboard, write_labels, write_scp
from sqase.labels.importing import add_scores, as_number, read_rows

_FIELDS = {"wav": "audio_path", "system": "system_id", "utterance": "sample_id"}


def read_table(path: str | Path, columns: Mapping[str, str]) -> list[dict]:
    """Read a table as labels.

    Args:
        path: the table.
        columns: metric -> its name in the table; a clip need not have it.

    Returns:
        Labels as `sqase.data.data_dir.read_labels` gives them, with `wav` and
        `utterance` beside. What a clip has not is null with a reason; a value outside
        of the metric's range is clamped and listed as such.

    Raises:
        FileNotFoundError: no such table.
        ValueError: a line without one of the fields, a name that cannot be part of an
            id, a clip that is there twice, a score that is no number.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"table {path}: no such file. Run stage 1")
    clips: dict[str, dict] = {}
    scores: dict[str, dict[str, list[float]]] = {}
    for number, row in read_rows(path):
        where = f"{path}:{number}"
        clip = {name: _text(where, row, field) for name, field in _FIELDS.items()}
        clip["id"] = f"{clip['system']}-{clip['utterance']}"
        if clip["id"] in clips:
            raise ValueError(
                f"{where}: expected each system_id and sample_id once, got "
                f"{clip['system']} and {clip['utterance']} again. Rename or remove one"
            )
        clips[clip["id"]] = clip | {"metrics": {}}
        values = scores[clip["id"]] = {}
        for metric, column in columns.items():
            value = as_number(f"{where}: {column}", row.get(f"metrics.{column}"))
            if value is not None:
                values[metric] = [value]
    return add_scores(list(clips.values()), scores, list(columns), path)


def split(rows: Sequence[dict], share: float) -> tuple[list[dict], list[dict]]:
    """Hold out systems and utterances, so that two parts have neither in common.

    Args:
        rows: clips of one table.
        share: of the systems, and of the utterances, that are held out, at least one
            of each; where all clips are of one system, of the utterances alone.

    Returns:
        The clips of neither, and the clips of both; those of one are in no part.
    """
    keys = "system", "utterance"
    held = {key: _draw({row[key] for row in rows}, share) for key in keys}
    if len({row["system"] for row in rows}) == 1:
        del held["system"]
    parts: dict[frozenset, list[dict]] = {}
    for row in rows:
        sides = frozenset(row[key] in names for key, names in held.items())
        parts.setdefault(sides, []).append(row)
    return parts.get(frozenset([False]), []), parts.get(frozenset([True]), [])


def write_leaderboard(folder: str | Path, rows: Sequence[dict]) -> None:
    """Write clips, as `read_table` gives them, as a leaderboard without references.

    Raises:
        FileNotFoundError, ValueError: see `sqase.data.data_dir.validate_leaderboard`;
            also a clip that two tables hold, or none at all.
    """
    folder = Path(folder)
    seen: set[str] = set()
    twice = {row["id"] for row in rows if row["id"] in seen or seen.add(row["id"])}
    if twice:
        raise ValueError(
            f"leaderboard {folder}: expected each clip in one table, got "
            f"{min(twice)!r} and {len(twice) - 1} more in two. Leave a table out"
        )
    write_scp(folder / "wav.scp", {row["id"]: row["wav"] for row in rows})
    write_scp(folder / "utt2sys", {row["id"]: row["system"] for row in rows})
    write_scp(folder / "utt2utt", {row["id"]: row["utterance"] for row in rows})
    labels = ({k: row[k] for k in row if k not in ("wav", "utterance")} for row in rows)
    write_labels(folder / "labels.jsonl", labels)
    validate_leaderboard(folder, check_audio=True)


def _text(where: str, row: Mapping, field: str) -> str:
    """A field of a clip; what becomes a part of an id holds no blank and no slash."""
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: expected {field}, a text, got {value!r}. Add it")
    if field != "audio_path" and not re.fullmatch(r"[^\s/]+", value):
        raise ValueError(
            f"{where}: {field}: expected a name without white space and '/', got "
            f"{value!r}. Rename it"
        )
    return value


def _draw(names: Collection[str], share: float) -> set[str]:
    """A share of some names, rounded up, by a digest that is the same everywhere."""
    order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    return set(order[: math.ceil(share * len(order))])
