"""Scores on disk, found again by the content of the signals."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sqase.metrics import METRICS, Score, fingerprint
from sqase.runtime.shards import Shard

FLUSH_SECONDS = 1.0
"""A killed process loses the scores of at most this time."""

LOCK_SECONDS = 60.0
"""How long to wait for other processes that write to the same file."""


class Cache:
    """A table of scores in an sqlite file, shared by any number of processes.

    They have to be on one machine: sqlite does not lock files over a network. A part
    of the work, which may run on another one, reads that file, but writes to its own
    in the folder `<path>.parts`; what works alone takes the scores from there.

    Args:
        path: the file.
        shard: the part of the work.

    Raises:
        ValueError: a file is something else.
    """

    def __init__(self, path: str | Path, shard: Shard = Shard()):
        path = Path(path)
        parts = path.with_name(f"{path.name}.parts")
        self._path = path
        self._unsaved: dict[str, Score] = {}
        self._saved_at = time.monotonic()
        self._tables = ["main.scores"]
        if shard.alone:
            self._file = _open(path)
            for part in sorted(parts.glob("*.sqlite")):
                self._take(part)
        else:
            self._file = _open(parts / f"{shard}.sqlite")
            if path.exists():
                self._file.execute("ATTACH ? AS whole", (str(path),))
                self._tables.append("whole.scores")

    def _take(self, part: Path) -> None:
        """Move the scores of a part into this file."""
        _open(part).close()  # refuse what is something else
        with _one_error(self._path):
            self._file.execute("ATTACH ? AS part", (str(part),))
            self._file.execute("INSERT OR IGNORE INTO scores SELECT * FROM part.scores")
            self._file.execute("DETACH part")
        part.unlink(missing_ok=True)

    def get(self, keys: Mapping[str, str]) -> dict[str, Score]:
        """The scores that are kept, by metric; ``keys`` holds metric -> key."""
        found = {}
        for name, key in keys.items():
            for table in self._tables:
                with _one_error(self._path):
                    row = self._file.execute(
                        f"SELECT value, reason, clamped FROM {table} WHERE key = ?",
                        (key,),
                    ).fetchone()
                if row:
                    found[name] = Score(row[0], row[1], bool(row[2]))
                    break
            if name not in found and key in self._unsaved:
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
        self._unsaved.clear()  # what cannot be written now cannot be at the end
        if rows:  # one short transaction: other processes wait for their turn
            with _one_error(self._path), self._file:
                self._file.execute("BEGIN IMMEDIATE")
                self._file.executemany(
                    "INSERT OR REPLACE INTO main.scores VALUES (?, ?, ?, ?)", rows
                )
        self._saved_at = time.monotonic()

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *exception) -> None:
        self.save(older_than=0)
        self._file.close()


def _open(path: Path) -> sqlite3.Connection:
    """An sqlite file with a table of scores, made if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _one_error(path):
        file = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
        file.execute(
            "CREATE TABLE IF NOT EXISTS scores "
            "(key TEXT PRIMARY KEY, value REAL, reason TEXT, clamped INTEGER)"
        )
    return file


@contextmanager
def _one_error(path: Path) -> Iterator[None]:
    """What sqlite says, with the file, and what not to lose by it."""
    try:
        yield
    except sqlite3.OperationalError as error:  # a full disk, a lock, no rights
        raise ValueError(
            f"label cache {path}: could not be read or written: {error}. Make room on "
            "the disk, or see who uses the file, and start again: its scores are kept"
        ) from None
    except sqlite3.DatabaseError as error:
        raise ValueError(
            f"label cache {path}: expected a file of scores, got: {error}. Move it "
            "away or name another"
        ) from None


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
