"""What the folders of a corpus hold, and which of it can be used."""

from __future__ import annotations

import hashlib
import math
import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sqase.data.data_dir import as_id
from sqase.data.inputs import find
from sqase.simulation import SAMPLE_RATE
from sqase.sound import audio

# Shorter files are named as unusable: no word, no noise to repeat, no room.
MIN_SECONDS = {"clean": 0.5, "noise": 0.5, "rir": 0.02, "real": 1.0}
SILENCE_PEAK = 1e-4  # -80 dBFS: three steps of 16-bit sound


@dataclass(frozen=True)
class Recording:
    """A sound file that was decoded without fault."""

    path: Path
    sample_rate: int  # Hz
    channels: int
    seconds: float
    level_dbfs: float  # root mean square
    without: Path | None = None  # a reference in time with it, to be taken off
    samples: np.ndarray | None = field(default=None, compare=False, repr=False)

    def read(self, start_s: float = 0.0, seconds: float | None = None) -> np.ndarray:
        """All of it, or a part, as float32 `(time,)` at `SAMPLE_RATE`."""
        if self.samples is None:
            part = {"start_s": start_s, "seconds": seconds}
            wave, _ = audio.read(self.path, SAMPLE_RATE, **part)
            if self.without is None:
                return wave
            reference, _ = audio.read(self.without, SAMPLE_RATE, **part)
            return wave - reference[: len(wave)]
        start = round(start_s * SAMPLE_RATE)
        if seconds is None:
            return self.samples[start:]
        return self.samples[start : start + round(seconds * SAMPLE_RATE)]

    def in_memory(self) -> Recording:
        """The same, decoded once and for all."""
        return replace(self, samples=self.read())

    def facts(self) -> dict[str, Any]:
        """All but the samples, for JSON."""
        names = [field.name for field in fields(self) if field.name != "samples"]
        facts = {name: getattr(self, name) for name in names}
        return {k: str(v) if isinstance(v, Path) else v for k, v in facts.items()}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Recording:
        """The recording that has these `facts`."""
        without = facts["without"] and Path(facts["without"])
        return cls(**{**facts, "path": Path(facts["path"]), "without": without})


@dataclass(frozen=True)
class Source:
    """One speaker, noise kind or room, and its recordings."""

    name: str
    root: Path
    recordings: tuple[Recording, ...]

    @property
    def seconds(self) -> float:
        return sum(recording.seconds for recording in self.recordings)

    def id_of(self, recording: Recording) -> str:
        """Name of a recording, without white space, for utt2rec."""
        return as_id(recording.path.relative_to(self.root).as_posix())


def scan(
    folder: str | Path, *, min_seconds: float = 0.0, nj: int = 1
) -> tuple[list[Recording], list[str]]:
    """Decode every sound file below a folder, to learn which can be used.

    Args:
        folder: see `sqase.data.inputs.find`, also for what it raises.
        min_seconds: anything shorter is a problem.
        nj: threads (decoding is done outside of Python's lock).

    Returns:
        recordings: the usable files, sorted by path.
        problems: one message for each file that cannot be used: not there, not sound,
            empty, truncated, NaN inside, silent, too short, the same sound as another
            (which would let it be in two parts).
    """
    with ThreadPoolExecutor(nj) as pool:
        work = partial(inspect, min_seconds=min_seconds)
        found = list(pool.map(work, find(folder)))
    recordings: dict[str, Recording] = {}
    problems = []
    for item in found:
        if isinstance(item, str):
            problems.append(item)
            continue
        recording, content = item
        first = recordings.setdefault(content, recording)
        if first is not recording:
            problems.append(
                f"audio file {recording.path}: the same sound as {first.path}"
            )
    return list(recordings.values()), problems


def inspect(path: Path, min_seconds: float) -> tuple[Recording, str] | str:
    """Decode one file; returns what it is and a digest of its sound, or why it cannot
    be used."""
    try:
        channels = audio.header(path).channels
        wave, rate = audio.read(path)
    except (ValueError, FileNotFoundError) as error:
        return str(error)
    seconds = len(wave) / rate
    if seconds < min_seconds:
        return f"audio file {path}: expected {min_seconds} s or more, got {seconds:.2f}"
    if np.ptp(wave) / 2 < SILENCE_PEAK:  # of a constant, too, nothing is heard
        got = "channels that cancel out" if _has_sound(path) else "silence"
        return f"audio file {path}: expected sound, got {got}"
    level = 10 * math.log10(np.mean(np.square(wave, dtype=np.float64)))
    content = hashlib.sha256(b"%d Hz " % rate + wave.tobytes()).hexdigest()
    return Recording(path, rate, channels, seconds, level), content


def _has_sound(path: Path) -> bool:
    """Whether one of the channels of a file is not silent."""
    waves, _ = audio.read_channels(path)
    return bool(np.ptp(waves, axis=0).max() / 2 >= SILENCE_PEAK)


def scan_folders(folders: Mapping[str, Path], nj: int) -> dict[str, list[Recording]]:
    """Find what is usable in the folders of a corpus; say what is not.

    Prints, on stderr, each file that cannot be used, and one line that counts the
    files that are converted on reading.

    Args:
        folders: "clean", "noise", "rir" or "real" -> folder.
        nj: threads.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: a folder without any usable file.
    """
    usable: dict[str, list[Recording]] = {}
    for kind, folder in folders.items():
        usable[kind], problems = scan(folder, min_seconds=MIN_SECONDS[kind], nj=nj)
        for problem in problems:
            print(f"warning: left out: {problem}", file=sys.stderr)
        if not usable[kind]:
            raise ValueError(
                f"{kind} folder {folder}: expected usable sound files, got "
                f"{len(problems)} that are not (listed above)"
            )
    everything = [recording for found in usable.values() for recording in found]
    rates = sum(recording.sample_rate != SAMPLE_RATE for recording in everything)
    channels = sum(recording.channels != 1 for recording in everything)
    if rates or channels:
        print(
            f"warning: of {len(everything)} files, {rates} are resampled to "
            f"{SAMPLE_RATE} Hz and {channels} mixed down to one channel on reading",
            file=sys.stderr,
        )
    return usable


def group(
    root: Path,
    recordings: Sequence[Recording],
    depth: int | None,
    pattern: str | None = None,
) -> list[Source]:
    """Put recordings together by the first `depth` names of their paths; None: all.

    A file that lies higher up is a source of its own, named without suffix. Where
    names of folders do not tell sources apart, `pattern` does, a regular expression:
    its first group, found in the path, is the name.

    Raises:
        ValueError: a path in which the pattern is not found.
    """
    by_name: dict[str, list[Recording]] = {}
    for recording in recordings:
        inside = recording.path.relative_to(root)
        name = "-".join(inside.with_suffix("").parts[:depth])
        if pattern:
            found = re.search(pattern, inside.as_posix())
            if not found:
                raise ValueError(
                    f"{recording.path}: expected a name that has {pattern!r} in it. "
                    "Rename or remove it"
                )
            name = found[1]
        by_name.setdefault(as_id(name), []).append(recording)
    return [Source(name, root, tuple(by_name[name])) for name in sorted(by_name)]
