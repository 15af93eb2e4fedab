"""Scores of single files: predicted or true, as a table, jsonl or csv."""

import csv
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TextIO

import numpy as np

from sqase.metrics import SAMPLE_RATE, Score, score
from sqase.report import tables
from sqase.sound import audio

FORMS = ("table", "jsonl", "csv")
Scores = Mapping[str, Score]
LONGEST_MINUTES = 10
"""Of a pair: it is heard at once."""


@dataclass
class Spent:
    """What a committee cost, in seconds of time and of sound."""

    time: float = 0.0
    sound: float = 0.0

    def __str__(self) -> str:
        return f"{self.time:.1f} s for {self.sound:.1f} s of sound"


def by_committee(
    path: Path,
    recording: Path,
    committee: Callable[[np.ndarray], np.ndarray],
    score_wave: Callable[..., Mapping[str, float]],
    spent: Spent,
) -> Scores:
    """Scores of a file by an assessor that also hears a committee.

    Args:
        path: the file.
        recording: what it was made from, of its length.
        committee: what its members make of a recording, at 16 kHz: (time, members).
        score_wave: the method `score` of an assessor.
        spent: gets the cost of the committee.

    Raises:
        FileNotFoundError, ValueError: a file cannot be read or is longer than
            `LONGEST_MINUTES`, or has no score.
    """
    _expect_short(path, recording)
    wave, noisy = (audio.read(p, sample_rate=SAMPLE_RATE)[0] for p in (path, recording))
    if len(wave) != len(noisy):
        raise ValueError(
            f"audio file {path}: expected {len(noisy)} samples at 16 kHz as its "
            f"recording {recording} has, got {len(wave)}. Cut both alike"
        )
    begin = time.perf_counter()
    second = committee(noisy).T
    spent.time += time.perf_counter() - begin
    spent.sound += len(noisy) / SAMPLE_RATE
    try:
        scores = score_wave(wave, SAMPLE_RATE, second, "committee")
    except ValueError as error:
        raise ValueError(f"audio file {path}: {error}") from None
    return {name: Score(value) for name, value in scores.items()}


def true(path: Path, reference: Path, metrics: Sequence[str]) -> Scores:
    """True scores of a file; None with a reason where a metric has none.

    A file that is identical to its reference has none: its label is no measurement.

    Raises:
        FileNotFoundError, ValueError: a file cannot be read or is longer than
            `LONGEST_MINUTES`, or no metric has a score.
    """
    _expect_short(path, reference)
    enhanced, clean = (
        audio.read(p, sample_rate=SAMPLE_RATE)[0] for p in (path, reference)
    )
    scores = score(metrics, reference=clean, enhanced=enhanced, sample_rate=SAMPLE_RATE)
    scores = {m: Score(None, s.reason) if s.reason else s for m, s in scores.items()}
    if all(found.value is None for found in scores.values()):
        reasons = sorted({found.reason for found in scores.values()})
        raise ValueError(f"audio file {path}: no score: {'; '.join(reasons)}")
    return scores


def _expect_short(*pair: Path) -> None:
    """Refuse a pair that is too long to be heard at once."""
    for path in pair:
        minutes = audio.duration(path) / 60
        if minutes > LONGEST_MINUTES:
            raise ValueError(
                f"audio file {path}: expected {LONGEST_MINUTES} minutes at most where "
                f"a pair is compared, got {minutes:.0f}. Cut both alike"
            )


def find_reference(
    name: str, files: Mapping[str, Path], references: Mapping[str, Path]
) -> Path:
    """The reference of a file: that of the same name, whatever its suffix.

    One file and one reference belong together whatever their names.

    Raises:
        FileNotFoundError: there is none.
    """
    if len(files) == len(references) == 1:
        return next(iter(references.values()))
    stem = PurePosixPath(name).with_suffix("")
    for other, path in references.items():
        if PurePosixPath(other).with_suffix("") == stem:
            return path
    raise FileNotFoundError(
        f"audio file {files[name]}: expected a reference named {stem}, found none"
    )


def write(
    rows: Iterable[tuple[str, Scores]],
    total: int,
    metrics: Sequence[str],
    form: str,
    to: TextIO,
) -> None:
    """Write rows as they come; a table when all are there, with their means.

    What has no score, and what lies at the limit of its range, is said in each form.

    Args:
        rows: name and scores of each file.
        total: number of files that were given; a mean of less says of how many it is.
        metrics: the columns.
        form: one of `FORMS`. A score that is not there is `-`, null or empty.
        to: where to write.
    """
    if form == "table":
        _table(rows, total, metrics, to)
    else:
        {"jsonl": _jsonl, "csv": _csv}[form](rows, metrics, to)


def _table(rows, total, metrics, to) -> None:
    lines, below = [["file", *metrics]], []
    columns: dict[str, list[float]] = {name: [] for name in metrics}
    for name, scores in rows:
        values = {metric: scores[metric].value for metric in metrics}
        lines.append([name, *(tables.number(m, v) for m, v in values.items())])
        below += [f"{name}: {note}" for note in _notes(scores, metrics)]
        for metric, value in values.items():
            columns[metric] += [] if value is None else [value]
    if len(lines) > 2:
        lines.append(["mean", *(_mean(m, v, total) for m, v in columns.items())])
    if len(lines) > 1:
        print(tables.to_text(lines), *below, sep="\n", file=to)


def _mean(metric: str, values: Sequence[float], total: int) -> str:
    """The mean, and of how many it is if not of all."""
    text = tables.number(metric, np.mean(values) if values else None)
    return text if len(values) == total else f"{text} ({len(values)}/{total})"


def _notes(scores: Scores, metrics: Sequence[str]) -> list[str]:
    """What is to be known of some of the scores of a file."""
    return [
        f"{name}: {scores[name].reason or 'at the limit of its range'}"
        for name in metrics
        if scores[name].reason or scores[name].clamped
    ]


def _jsonl(rows, metrics, to) -> None:
    for name, scores in rows:
        values = {m: scores[m].value for m in metrics}
        reasons = {m: scores[m].reason for m in metrics if scores[m].value is None}
        clamped = [m for m in metrics if scores[m].clamped]
        row = {"file": name, "metrics": values, "reasons": reasons, "clamped": clamped}
        print(json.dumps(row, ensure_ascii=False), file=to, flush=True)


def _csv(rows, metrics, to) -> None:
    sheet = csv.writer(to, lineterminator="\n")
    sheet.writerow(["file", *metrics, "notes"])
    for name, scores in rows:
        notes = "; ".join(_notes(scores, metrics))
        sheet.writerow([name, *(scores[m].value for m in metrics), notes])
        to.flush()
