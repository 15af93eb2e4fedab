"""A pool from pairs: their speech, and their noise, which is what the two differ by."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sqase.data.data_dir import read_scp
from sqase.simulation.mixing import active_level
from sqase.simulation.pool import write_pool
from sqase.simulation.sources import MIN_SECONDS, SILENCE_PEAK, Recording, Source, inspect


def write_pool_of_pairs(data_dir: Path, drawing: Mapping[str, Any], nj: int) -> None:
    """Write `<data_dir>/pool`, to mix the speech of pairs with the noise of others.

    Args:
        data_dir: has wav.scp, spk1.scp and utt2spk.
        drawing: both arguments of `sqase.simulation.mixtures.Draws` in one.
        nj: worker processes, which read everything once.

    Raises:
        ValueError: no pair in which there is noise.
    """
    wav, references, speakers = (
        read_scp(data_dir / name) for name in ("wav.scp", "spk1.scp", "utt2spk")
    )
    with ProcessPoolExecutor(nj) as pool:
        paths = [(Path(wav[utt]), Path(references[utt])) for utt in wav]
        found = dict(zip(wav, pool.map(_inspect_pair, paths, chunksize=16)))
    sources: dict[str, dict[str, list[Recording]]] = {"clean": {}, "noise": {}}
    for utt, pair in found.items():
        for kind, recording in zip(sources, pair):
            if recording is not None:
                sources[kind].setdefault(speakers[utt], []).append(recording)
    if not sources["noise"]:
        raise ValueError(
            f"{data_dir}: expected noise in the pairs of wav.scp and spk1.scp, got none "
            "in any of them. Take noisy recordings for wav.scp"
        )
    grouped = {
        kind: [Source(name, data_dir, tuple(r)) for name, r in by_speaker.items()]
        for kind, by_speaker in sources.items()
    }
    write_pool(data_dir / "pool", drawing, drawing, grouped)


def _inspect_pair(
    paths: tuple[Path, Path],
) -> tuple[Recording | None, Recording | None]:
    """The speech and the noise of a pair, where they can be used."""
    noisy, reference = paths
    found = inspect(reference, min_seconds=MIN_SECONDS["clean"])
    if isinstance(found, str):
        return None, None
    speech, _ = found
    noise = replace(speech, path=noisy, without=reference)
    wave = noise.read()
    if np.abs(wave).max() < SILENCE_PEAK:
        return speech, None
    return speech, replace(noise, level_dbfs=active_level(wave))
