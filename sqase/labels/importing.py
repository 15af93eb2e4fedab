"""Scores that other programs or people gave, from their files into labels."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from sqase.metrics import METRICS

DELIMITERS = {".csv": ",", ".tsv": "\t"}
_NOTHING = {"", "nan", "none", "null", "na"}


def read_scores(
    path: str | Path, id_column: str, columns: Mapping[str, str]
) -> dict[str, dict[str, list[float]]]:
    """Read a table of scores.

    Args:
        path: `.csv` or `.tsv` with a header, or `.jsonl` with one object a line, in
            which `a.b` names the entry `b` of the object `a`.
        id_column: column of the clips' ids.
        columns: metric -> its column.

    Returns:
        id -> metric -> its values: as many as lines of that clip have one (every
        listener of a listening test may have a line).

    Raises:
        FileNotFoundError: no such file.
        ValueError: another kind of file, a missing column, a value that is no number.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"scores {path}: no such file. Give --input")
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, row in read_rows(path):
        where = f"{path}:{number}"
        for column in (id_column, *columns.values()):
            if column not in row:
                raise ValueError(
                    f"{where}: expected the column {column!r}, got "
                    f"{', '.join(map(str, row))}. Name the columns of this file"
                )
        clip = scores[str(row[id_column])]
        for metric, column in columns.items():
            value = as_number(f"{where}: {column}", row[column])
            if value is not None:
                clip[metric].append(value)
    return scores


def add_scores(
    rows: Sequence[dict],
    scores: Mapping[str, Mapping[str, Sequence[float]]],
    metrics: Sequence[str],
    source: str | Path,
) -> list[dict]:
    """Labels with the mean of each clip's values added.

    Args:
        rows: labels, as `sqase.data.listings.read_labels` gives them.
        scores: as `read_scores` gives them.
        metrics: names to add; a value outside of the metric's range is clamped and
            listed as such, a clip without one gets null with a reason.
        source: file they come from; its digest becomes the version.

    Raises:
        ValueError: an unknown metric, one that the labels have already, an id that
            they have not.
    """
    source = Path(source)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
    version, reason = f"{source.name}:{digest}", f"no value in {source.name}"
    facts = {name: METRICS.load(name) for name in metrics}
    unknown = sorted(set(scores) - {row["id"] for row in rows})
    if unknown:
        raise ValueError(
            f"{source}: expected ids of the labels, got {len(unknown)} others, "
            f"{unknown[0]!r} first. Remove these lines, or give the column of the ids"
        )
    added = []
    for row in rows:
        twice = sorted(set(facts) & set(row["metrics"]))
        if twice:
            raise ValueError(
                f"{source}: {row['id']}: expected metrics that the labels have not, "
                f"got {', '.join(twice)}. Leave them out"
            )
        row = {
            **row,
            "metrics": dict(row["metrics"]),
            "reasons": dict(row.get("reasons", {})),
            "clamped": list(row.get("clamped", [])),
            "versions": dict(row.get("versions", {})),
        }
        for name, metric in facts.items():
            values = scores.get(row["id"], {}).get(name)
            row["versions"][name] = version
            if not values:
                row["metrics"][name] = None
                row["reasons"][name] = reason
                continue
            mean = fmean(values)
            row["metrics"][name] = min(max(mean, metric.low), metric.high)
            if row["metrics"][name] != mean:
                row["clamped"].append(name)
        added.append(row)
    return added


def describe(rows: Sequence[dict], metric: str) -> str:
    """How many of some labels have a value, and how many of those were clamped."""
    known = sum(row["metrics"][metric] is not None for row in rows)
    clamped = sum(metric in row["clamped"] for row in rows)
    return f"{metric}: {known} of {len(rows)} clips, {clamped} clamped to the range"


def read_rows(path: Path) -> Iterator[tuple[int, dict]]:
    """Number and columns of each line of a table, see `read_scores`."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if path.suffix in DELIMITERS:
            table = csv.DictReader(stream, delimiter=DELIMITERS[path.suffix])
            for row in table:
                yield table.line_num, row
        elif path.suffix == ".jsonl":
            for number, line in enumerate(stream, 1):
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise ValueError(
                        f"{path}:{number}: expected a JSON object, got "
                        f"{line[:40]!r} ({error})"
                    ) from None
                if not isinstance(row, dict):
                    raise ValueError(
                        f"{path}:{number}: expected a JSON object, got {line[:40]!r}"
                    )
                yield number, dict(_flat(row))
        else:
            raise ValueError(
                f"scores {path}: expected .csv, .tsv or .jsonl, got {path.suffix!r}"
            )


def _flat(row: Mapping, prefix: str = ""):
    """Entries of an object and of the objects in it, as `outer.inner`."""
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def as_number(where: str, text) -> float | None:
    """A finite number, or None where there is none; `where` is for the error."""
    if text is None or str(text).strip().lower() in _NOTHING:
        return None
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: expected a number, got {text!r}") from None
    return value if math.isfinite(value) else None
