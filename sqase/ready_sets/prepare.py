"""Corpora that come with ready sets: their files become data directories.

Which files they are, `sqase.ready_sets.files` says. What is not 16 kHz and one channel
is converted into FLAC, the rest is used as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sqase.data.data_dir import validate, write_scp
from sqase.ready_sets.files import Utterance, check_settings, check_tree, list_set
from sqase.runtime.atomic import is_done, mark_done
from sqase.runtime.outputs import inside
from sqase.runtime.progress import track
from sqase.simulation import SAMPLE_RATE
from sqase.simulation.mixing import MAX_PEAK
from sqase.simulation.pairs import write_pool_of_pairs
from sqase.sound import audio


def prepare(
    corpus_dir: str | Path,
    settings: Mapping[str, Any],
    output_dir: str | Path,
    nj: int,
    settings_file: str | Path = "corpus settings",
) -> None:
    """Make the data directory of every set that is not there yet.

    Args:
        corpus_dir: the corpus as it was unpacked.
        settings: see `sqase.ready_sets.files`.
        output_dir: gets a data directory for each set, and converted sound in
            `audio/<set>/{noisy,reference}/`, which an interruption does not lose.
        nj: worker processes.
        settings_file: where the settings stand, for the errors.

    Raises:
        FileNotFoundError: a folder or a reference is not there.
        ValueError: unknown settings, a file that is called like none of the corpus,
            a pair of different lengths, a set made from other files.
    """
    check_settings(settings, settings_file)
    corpus_dir, output_dir = Path(corpus_dir), Path(output_dir)
    check_tree(corpus_dir, settings)
    for name, chosen in settings["sets"].items():
        utterances = list_set(corpus_dir, name, chosen, settings_file)
        digest = _digest(chosen, utterances)
        if is_done(output_dir / name, digest):
            continue
        write_set(output_dir, name, utterances, nj)
        if "fresh" in chosen:
            write_pool_of_pairs(output_dir / name, chosen["fresh"], nj)
        validate(output_dir / name, check_audio=True)
        mark_done(output_dir / name, digest)


def write_set(
    output_dir: Path, name: str, utterances: list[Utterance], nj: int
) -> None:
    """Convert what has to be, and write the data directory `<output_dir>/<name>`."""
    work = partial(_convert, output_dir / "audio" / name)
    with ProcessPoolExecutor(nj) as pool:
        made = pool.map(work, utterances, chunksize=8)
        shown = track(made, name, "utterances", len(utterances))
        paths = dict(zip((utterance.id for utterance in utterances), shown))
    columns: dict[str, dict[str, Any]] = {
        "wav.scp": {utt: noisy for utt, (noisy, _) in paths.items()},
        "utt2spk": {utterance.id: utterance.speaker for utterance in utterances},
    }
    if utterances[0].reference:
        columns["spk1.scp"] = {utt: reference for utt, (_, reference) in paths.items()}
    for file, mapping in columns.items():
        write_scp(output_dir / name / file, mapping)


def _convert(audio_dir: Path, utterance: Utterance) -> tuple[Path, Path | None]:
    """Paths of the input and its reference (or None) at 16 kHz, one channel.

    Both share a gain, which is 1 unless a peak of the converted would exceed 1.
    """
    sources = {"noisy": utterance.noisy, "reference": utterance.reference}
    headers = {part: audio.header(path) for part, path in sources.items() if path}
    noisy, *others = headers.values()
    for other in others:
        if abs(other.seconds - noisy.seconds) > 1 / SAMPLE_RATE:
            raise ValueError(
                f"{other.path}: expected {noisy.seconds:.4f} s as in {noisy.path}, "
                f"got {other.seconds:.4f} s. Copy the corpus again"
            )
    if all((h.sample_rate, h.channels) == (SAMPLE_RATE, 1) for h in headers.values()):
        return utterance.noisy, utterance.reference
    targets = {
        part: inside(audio_dir / part, f"{utterance.id}.flac") for part in headers
    }
    if not all(target.exists() for target in targets.values()):
        waves = [audio.read(header.path, SAMPLE_RATE)[0] for header in headers.values()]
        peak = max(np.abs(wave).max() for wave in waves)
        gain = MAX_PEAK / peak if peak > 1 else 1.0
        shortest = min(map(len, waves))
        for target, wave in zip(targets.values(), waves):
            audio.write(target, gain * wave[:shortest], SAMPLE_RATE)
    return targets["noisy"], targets.get("reference")


def _digest(settings: Mapping[str, Any], utterances: list[Utterance]) -> str:
    """Digest of a set's settings and of the names and sizes of its files."""
    files = [
        (utterance.id, path.name, path.stat().st_size)
        for utterance in utterances
        for path in (utterance.noisy, utterance.reference)
        if path
    ]
    content = json.dumps([settings, files], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
