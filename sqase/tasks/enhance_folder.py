"""Enhance whatever a user has: any rate, length, number of channels and format."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Callable, Iterable, Iterator, Mapping

import numpy as np
from tqdm import tqdm

from sqase.runtime.atomic import replacing
from sqase.sound import audio, streaming
from sqase.tasks.enhance import SAMPLE_RATE, Enhancer

GRID = 2560  # samples; windows start at multiples of it, and so at frames of the STFT
SHORTEST = 4000  # samples of the shortest signal that a model is given
BAR = "{l_bar}{bar}| {n:.0f}/{total:.0f} s [{elapsed}<{remaining}{postfix}]"
STAMP = ".sqase-enhance"  # in an output folder: which model made it


def enhance_all(
    enhancer: Enhancer,
    model: str,
    files: Mapping[str, Path],
    output_dir: Path,
    window_seconds: float,
) -> Iterator[str]:
    """Enhance files into a folder, with a progress bar on stderr.

    An output that is newer than its input is kept from an earlier call.

    Args:
        enhancer: the model.
        model: digest of its weights.
        files: name, the path in the output folder -> sound file.
        output_dir: made if needed.
        window_seconds: see `enhance_file`.

    Yields:
        A message for each file that cannot be used or had to be limited to full
        scale; starts with "skipped" where there is no output.

    Raises:
        ValueError: the folder holds outputs of another model, or files of others
            under the names to be written.
    """
    targets = {name: output_dir / name for name in files}
    _claim(output_dir, model, targets.values())
    seconds = [_seconds(source) for source in files.values()]
    with tqdm(total=math.ceil(sum(seconds)), desc="enhance", bar_format=BAR) as bar:
        for number, (name, source) in enumerate(files.items(), 1):
            bar.set_postfix_str(name)
            try:
                if not _is_kept(targets[name], source):
                    limited = enhance_file(
                        enhancer, source, targets[name], window_seconds, bar.update
                    )
                    if limited:
                        yield f"{name}: {limited} samples limited to full scale"
            except (ValueError, FileNotFoundError) as error:
                yield f"skipped: {error}"
            bar.update(sum(seconds[:number]) - bar.n)


def enhance_file(
    enhancer: Callable[[np.ndarray, float], np.ndarray],
    source: Path,
    target: Path,
    window_seconds: float,
    heard: Callable[[float], object] = lambda seconds: None,
) -> int:
    """Enhance a file, each channel by itself, in memory that its length does not move.

    Rate, length, level, container and subtype stay. The model works at 16 kHz: what
    the file has above 8 kHz is not in the output. The file is read twice: what a
    model knows of a whole signal, its level, is measured first.

    Args:
        enhancer: (time,) at 16 kHz and the level of the whole signal -> (time,).
        source: any file that libsndfile reads and writes.
        target: made last, complete.
        window_seconds: what the model hears at once. A file of that length is heard
            whole; in a longer one, the model hears a sixth of it before and after
            what is used.
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

    context = GRID * max(1, round(window_seconds * SAMPLE_RATE / 6 / GRID))
    noisy = streaming.resampled(
        _told(streaming.blocks(source), lambda n: heard(n / rate)), rate, SAMPLE_RATE
    )
    enhanced = streaming.overlap_add(noisy, process, context)
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


def _is_kept(target: Path, source: Path) -> bool:
    """Whether an output is there that is not older than its input."""
    if not (target.exists() and source.exists()):
        return False
    return target.stat().st_mtime >= source.stat().st_mtime


def _claim(output_dir: Path, model: str, targets: Iterable[Path]) -> None:
    """Refuse a folder whose files are not of this model; mark it as of this one."""
    stamp = output_dir / STAMP
    if not stamp.is_file():
        taken = next((path for path in targets if path.exists()), None)
        if taken is not None:
            raise ValueError(
                f"{taken}: expected no file there, found one that no earlier call "
                "wrote. Give another folder"
            )
        with replacing(stamp) as part:
            part.write_text(model)
    elif stamp.read_text() != model:
        raise ValueError(
            f"{output_dir}: expected outputs of this model, found those of another. "
            "Remove the folder or give another"
        )
