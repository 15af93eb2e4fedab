"""Enhance whatever a user has: any rate, length, number of channels and format."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import numpy as np

from sqase.published.base import System
from sqase.runtime.outputs import inside, keep_what_is_made_from, read_note
from sqase.runtime.progress import Progress
from sqase.runtime.provenance import digest_file
from sqase.sound import audio, streaming
from sqase.tasks.enhance import SAMPLE_RATE, Enhancer

SHORTEST = 4000  # samples of the shortest signal that a model is given
NOTE = ".sqase-enhance"  # in an output folder: what each output was made from


def enhance_all(
    enhancer: Enhancer | System,
    model: str,
    files: Mapping[str, Path],
    output_dir: Path,
) -> int:
    """Enhance files into a folder; say on stderr how far that is, and what is wrong: of
    a file that cannot be used, and of one that had to be limited to full scale.

    An output that an earlier call made from the same sound with the same model is kept.

    Args:
        enhancer: the model.
        model: digest of its weights and settings.
        files: name, the path in the output folder -> sound file.
        output_dir: made if needed.

    Returns:
        How many files cannot be used.

    Raises:
        ValueError: a name that leads out of the folder; the folder holds outputs of
            another model, or files of others under the names to be written.
    """
    targets = {name: inside(output_dir, name) for name in files}
    made_from = {
        name: {"model": model, "input": digest_file(source)}
        for name, source in files.items()
        if source.is_file() and os.access(source, os.R_OK)  # else told in its turn
    }
    _claim(output_dir, made_from)
    seconds = [_seconds(source) for source in files.values()]
    skipped = 0
    with Progress("enhanced", sum(seconds), "s") as progress:
        for number, (name, source) in enumerate(files.items(), 1):
            target = targets[name]
            try:
                audio.header(source)
                if not target.exists():
                    limited = enhance_file(enhancer, source, target, progress.update)
                    if limited:
                        said = f"{name}: {limited} samples limited to full scale"
                        progress.note(f"warning: {said}")
            except (ValueError, FileNotFoundError) as error:
                progress.note(f"warning: skipped: {error}")
                skipped += 1
            progress.reach(sum(seconds[:number]))
    return skipped


def enhance_file(
    enhancer: Enhancer | System,
    source: Path,
    target: Path,
    heard: Callable[[float], object] = lambda seconds: None,
) -> int:
    """Enhance a file, each channel by itself, in memory that its length does not move.

    Rate, length, level, container and subtype stay. The model works at 16 kHz: what
    the file has above 8 kHz is not in the output. The file is read twice: what a
    model knows of a whole signal, its level, is measured first.

    Args:
        enhancer: (time,) at 16 kHz and the level of the whole signal -> (time,). It
            hears windows of six times its `context`.
        source: any file that libsndfile reads and writes.
        target: made last, complete.
        heard: told how many seconds more have been read.

    Returns:
        Number of samples that were limited to full scale.

    Raises:
        FileNotFoundError, ValueError: see `sqase.sound.streaming`; nothing is written.
    """
    rate = audio.header(source).sample_rate
    frames, levels = measure(source, rate)

    def process(window: np.ndarray) -> np.ndarray:
        padded = np.pad(window, ((0, max(0, SHORTEST - len(window))), (0, 0)))
        channels = [enhancer(c, level) for c, level in zip(padded.T.copy(), levels)]
        return np.stack(channels, axis=1)[: len(window)]

    noisy = streaming.resampled(
        _told(streaming.blocks(source), lambda n: heard(n / rate)), rate, SAMPLE_RATE
    )
    enhanced = streaming.overlap_add(noisy, process, enhancer.context)
    restored = streaming.resampled(enhanced, SAMPLE_RATE, rate)
    return streaming.write_like(source, target, streaming.fitted(restored, frames))


def measure(source: Path, rate: int) -> tuple[int, list[float]]:
    """Samples of a file, and the standard deviation of each channel at 16 kHz."""
    lengths: list[int] = []
    blocks = _told(streaming.blocks(source), lengths.append)
    count, total, squares = 0, 0.0, 0.0
    for block in streaming.resampled(blocks, rate, SAMPLE_RATE):
        count += len(block)
        total += block.sum(axis=0, dtype=np.float64)
        squares += np.square(block, dtype=np.float64).sum(axis=0)
    variance = (squares - total**2 / max(count, 1)) / max(count - 1, 1)
    return sum(lengths), np.sqrt(np.maximum(variance, 0.0)).tolist()


def _told(
    signal: Iterator[np.ndarray], tell: Callable[[int], object]
) -> Iterator[np.ndarray]:
    """A signal that tells the length of each block as it passes."""
    for block in signal:
        tell(len(block))
        yield block


def _seconds(source: Path) -> float:
    """Length of a sound file, 0 where it cannot be opened, which is told later."""
    try:
        return audio.duration(source)
    except (ValueError, FileNotFoundError):
        return 0.0


def _claim(output_dir: Path, made_from: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a folder whose files are of others; remove outputs that are out of date.

    Args:
        output_dir: the folder.
        made_from: name of an output -> what it is to be made from.
    """
    known = read_note(output_dir / NOTE)
    models = {facts["model"] for facts in (*known.values(), *made_from.values())}
    if len(models) > 1:
        raise ValueError(
            f"{output_dir}: expected outputs of this model, found those of another. "
            "Remove the folder or give another"
        )
    for name in made_from:
        if name not in known and (output_dir / name).exists():
            raise ValueError(
                f"{output_dir / name}: expected no file there, found one that no "
                "earlier call wrote. Give another folder"
            )
    keep_what_is_made_from(output_dir / NOTE, made_from)
