"""What the mixtures of a set are drawn from, kept to draw more of them in training.

A pool is a folder, `pool/` in the data directory of the set:

    recordings.jsonl   one object a recording: `kind` (clean, noise or rir), `source` (its
                       speaker, noise kind or room), and the fields of `Recording`
    drawing.json       `settings` and `config` of `sqase.simulation.mixtures.Draws`
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sqase.runtime.atomic import replacing
from sqase.simulation import SAMPLE_RATE
from sqase.simulation.mixtures import Draws, Mixture, mix
from sqase.simulation.sources import Recording, Source

MEMORY_GB = 4.0  # recordings are decoded once and kept, up to this
_TRIES = 10  # a draw that finds nothing but silence is followed by another
_Made = TypeVar("_Made")


def write_pool(
    folder: Path,
    settings: Mapping[str, Any],
    config: Mapping[str, Any],
    sources: Mapping[str, Sequence[Source]],
) -> None:
    """Write a pool; the arguments are those of `Draws`."""
    with replacing(folder / "recordings.jsonl") as part:
        with part.open("w", encoding="utf-8") as lines:
            for kind in ("clean", "noise", "rir"):
                for source in sources.get(kind, ()):
                    for recording in source.recordings:
                        facts = {"kind": kind, "source": source.name}
                        facts |= recording.facts()
                        lines.write(json.dumps(facts) + "\n")
    with replacing(folder / "drawing.json") as part:
        drawing = {"settings": settings, "config": config}
        part.write_text(json.dumps(drawing, indent=1), encoding="utf-8")


class Pool:
    """Draws mixtures from a folder that `write_pool` wrote.

    Args:
        folder: of the pool.
        memory_gb: decoded recordings that may be kept; the others are read, a clip's
            worth, whenever they are heard.

    Raises:
        FileNotFoundError: no such pool.
        ValueError: a recording that cannot be read.
    """

    def __init__(self, folder: str | Path, memory_gb: float = MEMORY_GB):
        folder = Path(folder)
        if not (folder / "drawing.json").is_file():
            raise FileNotFoundError(
                f"{folder}: expected the recordings that mixtures are drawn from, got "
                "no such pool. Run stage 1 of the recipe again"
            )
        drawing = json.loads((folder / "drawing.json").read_text(encoding="utf-8"))
        sources = _read_sources(folder / "recordings.jsonl")
        kept = _in_memory(sources, memory_gb)
        self.draws = Draws(drawing["settings"], drawing["config"], kept)

    def mixture(self, utt: str, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """A noisy signal and its reference, float32 `(time,)`, of any id.

        The same id gives the same mixture, whoever asks and in whatever order.

        Args:
            utt: id that the draws are seeded by.
            number: turn in a grid of SNRs, if the set has one.

        Raises:
            ValueError: ten draws gave nothing but silence.
        """
        noisy, reference, _ = self.make(mix, utt, number)
        return noisy, reference

    def make(
        self, maker: Callable[[Mixture, float, int], _Made], utt: str, number: int
    ) -> _Made:
        """What a maker, called as `sqase.simulation.mixtures.mix`, makes of an id.

        See `mixture`, also for what it raises.
        """
        seconds, seed = self.draws.config["clip_seconds"], self.draws.config["seed"]
        for attempt in range(_TRIES):
            try:
                return maker(self.draws(f"{utt}.{attempt}", number), seconds, seed)
            except ValueError:
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError


def _read_sources(path: Path) -> dict[str, list[Source]]:
    recordings: dict[str, dict[str, list[Recording]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        facts = json.loads(line)
        by_source = recordings.setdefault(facts.pop("kind"), {})
        for name in ("path", "without"):
            facts[name] = facts[name] and Path(facts[name]).absolute()
        by_source.setdefault(facts.pop("source"), []).append(Recording.of(facts))
    return {
        kind: [Source(name, Path("/"), tuple(r)) for name, r in by_source.items()]
        for kind, by_source in recordings.items()
    }


def _in_memory(
    sources: Mapping[str, Sequence[Source]], memory_gb: float
) -> dict[str, list[Source]]:
    """The same sources, with the samples of as many recordings as there is room for."""
    room_s = memory_gb * 1e9 / (SAMPLE_RATE * np.dtype(np.float32).itemsize)
    kept: dict[str, list[Source]] = {}
    for kind in ("rir", "noise", "clean"):  # what is heard most often, first
        kept[kind] = []
        for source in sources.get(kind, ()):
            recordings = []
            for recording in source.recordings:
                room_s -= recording.seconds
                recordings.append(recording.in_memory() if room_s > 0 else recording)
            kept[kind].append(replace(source, recordings=tuple(recordings)))
    return kept
