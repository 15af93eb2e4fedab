"""Text files with one line for each utterance: scp files and label files.

Import them from `sqase.data.data_dir`, which says what a data directory is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqase.runtime.atomic import replacing
from sqase.runtime.lookup import check_names
from sqase.runtime.text import read_text

_FIELDS = (
    ("id", str, "a text"),
    ("system", str, "a text"),
    ("metrics", dict, "an object"),
    ("reasons", dict, "an object"),
)


def as_id(text: str) -> str:
    """Make a name usable as an id: white space becomes `_`.

    >>> as_id("Zoë  van Dam")
    'Zoë_van_Dam'
    """
    return "_".join(text.split())


def read_scp(path: str | Path) -> dict[str, str]:
    """Read a file of lines `<id> <value>`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a line without value, a repeated id, ids out of order, no line.
    """
    mapping: dict[str, str] = {}
    last = ""
    for where, line in _lines(path):
        key, *value = line.split(maxsplit=1)
        if not value:
            raise ValueError(
                f"{where}: expected '<id> <value>', got {line!r}. "
                "Complete or remove the line"
            )
        if key in mapping:
            raise ValueError(
                f"{where}: expected each id once, got {key!r} again. "
                "Remove one of the lines"
            )
        if key < last:
            raise ValueError(
                f"{where}: expected sorted ids, got {key!r} after {last!r}. "
                f"Run: LC_ALL=C sort -o '{path}' '{path}'"
            )
        mapping[key] = value[0]
        last = key
    return mapping


def write_scp(path: str | Path, mapping: Mapping[str, object]) -> None:
    """Write lines `<id> <value>`, sorted in the C locale; atomic.

    Raises:
        ValueError: no line, or an id or value that could not be read back.
    """
    if not mapping:
        raise ValueError(f"{path}: expected at least one line, got none. Not written")
    for key, value in mapping.items():
        text = str(value)
        if key.split() != [key]:
            raise ValueError(f"{path}: expected an id without white space, got {key!r}")
        if text.strip() != text or len(text.splitlines()) != 1:
            raise ValueError(f"{path}: {key}: expected one line of text, got {text!r}")
    # Python compares code points, which for UTF-8 is the order of the C locale.
    lines = [f"{key} {mapping[key]}\n" for key in sorted(mapping)]
    with replacing(path) as part:
        part.write_text("".join(lines), encoding="utf-8")


def read_labels(
    path: str | Path, ranges: Mapping[str, tuple[float, float]] | None = None
) -> list[dict[str, Any]]:
    """Read true scores, one JSON object a line.

    A row holds `id`, `system`, `metrics` (name -> number or null) and `reasons`
    (why, for each null); further keys are kept as they are. All rows have the same
    metrics.

    Args:
        path: labels.jsonl or a file of scores.
        ranges: metrics that may occur, with the least and the greatest value of each
            (`sqase.metrics.ranges`); None takes any.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a line that is not such a row, a repeated id and system, an
            unknown or lacking metric, a value out of its range, a null without its
            reason.
    """
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for where, line in _lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{where}: expected a JSON object, got {line[:40]!r} ({error}). "
                "Make the file again"
            ) from None
        _check_label(where, row, ranges)
        key = (row["id"], row["system"])
        if key in seen:
            raise ValueError(
                f"{where}: expected each clip once, got {key} again. "
                "Remove one of the lines"
            )
        if rows and row["metrics"].keys() != rows[0]["metrics"].keys():
            raise ValueError(
                f"{where}: expected the metrics {', '.join(rows[0]['metrics'])} as in "
                f"line 1, got {', '.join(row['metrics']) or 'none'}. A score that is "
                "not there is null with a reason"
            )
        seen.add(key)
        rows.append(row)
    return rows


def write_labels(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as `read_labels` takes them, in the order given; atomic.

    Raises:
        ValueError: a row that could not be read back, NaN included.
    """
    rows = list(rows)
    for number, row in enumerate(rows, 1):
        _check_label(f"{path}:{number}", row, None)
    with replacing(path) as part:
        part.write_text(
            "".join(
                json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
                for row in rows
            ),
            encoding="utf-8",
        )


def _lines(path: str | Path) -> Iterable[tuple[str, str]]:
    """Give (file:line, text) for each line; refuses a missing or empty file."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"data file {path}: no such file. Run the stage that writes it"
        )
    text = read_text(path)
    if not text:
        raise ValueError(
            f"data file {path}: expected at least one line, got an empty file. "
            "Run the stage that writes it"
        )
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if not line.strip():
            raise ValueError(
                f"{path}:{number}: expected text, got an empty line. Remove it"
            )
        yield f"{path}:{number}", line.strip()


def _check_label(
    where: str, row: Any, ranges: Mapping[str, tuple[float, float]] | None
) -> None:
    """Refuse what is not a row of true scores."""
    missing = {"id", "system", "metrics"} - set(row if isinstance(row, dict) else ())
    if missing:
        raise ValueError(
            f"{where}: expected an object with id, system and metrics, "
            f"got one without {', '.join(sorted(missing))}"
        )
    for key, kind, name in _FIELDS:
        if not isinstance(row.get(key, kind()), kind):
            raise ValueError(f"{where}: {key}: expected {name}, got {row[key]}")
    for name, value in row["metrics"].items():
        if ranges is not None:
            try:
                check_names("metric", [name], ranges)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is None and not row.get("reasons", {}).get(name):
            raise ValueError(f"{where}: {name}: expected a reason for null, got none")
        if value is not None and not (number and abs(value) < float("inf")):
            raise ValueError(
                f"{where}: {name}: expected a finite number or null, got {value!r}"
            )
        if value is not None and ranges is not None:
            low, high = ranges[name]
            if not low <= value <= high:
                raise ValueError(
                    f"{where}: {name}: expected {low} to {high}, got {value}. Label "
                    "it again, or import it, which clamps and says so"
                )
