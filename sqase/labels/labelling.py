"""Label sound files with true scores."""

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sqase.labels.cache import FLUSH_SECONDS, Cache, score_key, signal_digest
from sqase.labels.pool import LabelPool
from sqase.metrics import SAMPLE_RATE, Score, version
from sqase.runtime.progress import Progress
from sqase.runtime.seeding import rng_for
from sqase.runtime.shards import Shard
from sqase.sound import audio

LEFT_OUT = "left out: not every clip gets this label"
QUEUE = 4
"""Clips in memory for each process: enough to keep it busy."""


@dataclass(frozen=True)
class Clip:
    """A sound file to label.

    Attributes:
        id: unique in its set.
        system: what made it.
        path: the sound file.
        reference_path: its clean reference, or None.
    """

    id: str
    system: str
    path: str | Path
    reference_path: str | Path | None = None


def label(
    clips: Sequence[Clip],
    metrics: Sequence[str],
    *,
    cache: str | Path,
    nj: int = 1,
    shares: Mapping[str, float] = MappingProxyType({}),
    shard: Shard = Shard(),
) -> list[dict]:
    """Score clips with true metrics, those in the cache at no cost.

    Args:
        clips: what to score.
        metrics: names in ``sqase.metrics.METRICS``.
        cache: sqlite file, made if needed; may be shared by many runs at once. It is
            written every second, so that a killed run can be started again.
        nj: number of processes.
        shares: metric -> share of the clips that get it, where not all do; which ones
            depends on their ids. A costly metric then costs less, and the others
            have more clips for the same time.
        shard: score this part of the clips alone, for the one that scores them all.

    Returns:
        One row a clip of the part, in order: ``{"id", "system", "metrics": {name: value or None},
        "reasons": {name: text}, "clamped": [name], "versions": {name: text}}``.

    Raises:
        ValueError, FileNotFoundError: unknown metric, unreadable sound or cache.
        ChildProcessError: a scoring process died; the cache keeps what was done.
    """
    clips = shard.of(clips)
    versions = {name: version(name) for name in metrics}
    scores: list[dict[str, Score]] = []
    pending: dict[Future, _Job] = {}
    with (
        Progress("labels", len(clips), "clips") as progress,
        Cache(cache, shard) as store,
        LabelPool(nj) as pool,
    ):
        for clip in clips:
            wanted = _drawn(clip.id, metrics, shares)
            reference, enhanced, keys = _read(clip, wanted)
            scores.append(store.get(keys))
            missing = [name for name in wanted if name not in scores[-1]]
            if missing:
                task = (missing, reference, enhanced)
                (future,) = pool.submit([task], SAMPLE_RATE).futures
                pending[future] = _Job(clip, keys, scores[-1])
            else:
                progress.update()
            while len(pending) >= QUEUE * nj:
                _collect(pending, store, progress)
        while pending:
            _collect(pending, store, progress)
    left_out = {name: Score(None, LEFT_OUT) for name in metrics}
    return [
        _row(clip, {name: (left_out | found)[name] for name in metrics}, versions)
        for clip, found in zip(clips, scores, strict=True)
    ]


@dataclass(frozen=True)
class _Job:
    """A clip on its way through the pool."""

    clip: Clip
    keys: dict[str, str]  # metric -> key in the cache
    scores: dict[str, Score]  # metric -> score, filled when they come


def _collect(pending: dict[Future, _Job], store: Cache, progress: Progress) -> None:
    """Wait for a clip, but not longer than the cache may stay unwritten."""
    done, _ = wait(pending, FLUSH_SECONDS, return_when=FIRST_COMPLETED)
    for future in done:
        job = pending.pop(future)
        try:
            new = future.result()
        except ChildProcessError as error:
            raise ChildProcessError(
                f"clip {job.clip.id}: {error}. Finished scores are kept; start again"
            ) from None
        store.put({job.keys[name]: score for name, score in new.items()})
        job.scores.update(new)
        progress.update()
    store.save()


def _drawn(
    clip_id: str, metrics: Sequence[str], shares: Mapping[str, float]
) -> list[str]:
    """The metrics that this clip gets; those of equal shares go together."""
    draw = rng_for(f"{clip_id} labels", 0).random()
    return [name for name in metrics if draw < shares.get(name, 1.0)]


def _read(
    clip: Clip, metrics: Sequence[str]
) -> tuple[np.ndarray | None, np.ndarray, dict[str, str]]:
    """Reference and enhanced signal at 16 kHz, and their cache key for each metric."""
    enhanced, _ = audio.read(clip.path, sample_rate=SAMPLE_RATE)
    reference = None
    if clip.reference_path is not None:
        reference, _ = audio.read(clip.reference_path, sample_rate=SAMPLE_RATE)
    digests = signal_digest(reference), signal_digest(enhanced)
    return reference, enhanced, {name: score_key(name, *digests) for name in metrics}


def _row(clip: Clip, scores: dict[str, Score], versions: dict[str, str]) -> dict:
    """One line of labels.jsonl."""
    return {
        "id": clip.id,
        "system": clip.system,
        "metrics": {name: score.value for name, score in scores.items()},
        "reasons": {
            name: score.reason for name, score in scores.items() if score.reason
        },
        "clamped": [name for name, score in scores.items() if score.clamped],
        "versions": versions,
    }
