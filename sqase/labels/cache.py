"""Scores on disk, found again by the content of the signals."""

import hashlib
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sqase.metrics import METRICS, Score, fingerprint

FLUSH_SECONDS = 1.0
"""A killed process loses the scores of at most this time."""

LOCK_SECONDS = 60.0
"""How long to wait for other processes that write to the same file."""


class Cache:
    """A table of scores in an sqlite file, shared by any number of processes.

    Raises:
        ValueError: the file is something else.
    """

    def __init__(self, path: str | Path):
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._unsaved: dict[str, Score] = {}
        self._saved_at = time.monotonic()
        try:
            self._file = sqlite3.connect(
                path, timeout=LOCK_SECONDS, isolation_level=None
            )
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS scores "
                "(key TEXT PRIMARY KEY, value REAL, reason TEXT, clamped INTEGER)"
            )
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"label cache {path}: expected a file of scores, got: {error}. "
                "Remove it or name another"
            ) from None

    def get(self, keys: Mapping[str, str]) -> dict[str, Score]:
        """The scores that are kept, by metric; ``keys`` holds metric -> key."""
        found = {}
        for name, key in keys.items():
            row = self._file.execute(
                "SELECT value, reason, clamped FROM scores WHERE key = ?", (key,)
            ).fetchone()
            if row:
                found[name] = Score(row[0], row[1], bool(row[2]))
            elif key in self._unsaved:
                found[name] = self._unsaved[key]
        return found

    def put(self, scores: Mapping[str, Score]) -> None:
        """Keep scores by key; ``save`` writes them."""
        self._unsaved.update(scores)

    def save(self, older_than: float = FLUSH_SECONDS) -> None:
        """Write what was put, if the last time was that many seconds ago."""
        if time.monotonic() - self._saved_at < older_than:
            return
        rows = [
            (key, score.value, score.reason, score.clamped)
            for key, score in self._unsaved.items()
        ]
        if rows:  # one short transaction: other processes wait for their turn
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany(
                "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)", rows
            )
            self._file.execute("COMMIT")
        self._unsaved.clear()
        self._saved_at = time.monotonic()

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *exception) -> None:
        self.save(older_than=0)
        self._file.close()


def score_key(name: str, reference: str | None, enhanced: str) -> str:
    """Key of one metric on signals with these digests; see ``signal_digest``."""
    if METRICS.load(name).kind == "non_intrusive":
        reference = None
    text = f"{name} {fingerprint(name)} {reference} {enhanced}"
    return hashlib.sha256(text.encode()).hexdigest()


def signal_digest(signal: np.ndarray | None) -> str | None:
    """Digest of decoded samples (time,): the same sound in any file format."""
    if signal is None:
        return None
    samples = np.ascontiguousarray(signal, dtype="<f4")
    return hashlib.sha256(samples.tobytes()).hexdigest()
