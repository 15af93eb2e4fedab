"""Sound of any length in constant memory.

Signals are generators of float32 blocks `(time, channels)` of any number of samples;
put together they are the whole signal.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Callable, Iterable, Iterator

import numpy as np
import soundfile
import soxr

from sqase.runtime.atomic import replacing
from sqase.sound import audio

BLOCK = 65536  # samples of a channel that are read or written at once


def blocks(path: str | Path) -> Iterator[np.ndarray]:
    """The sound of a file; each channel stays as it is.

    Raises:
        FileNotFoundError, ValueError: as `sqase.sound.audio.read`, when it is reached.
    """
    with audio.open_sound(path) as stream:
        frames = 0
        while True:
            try:
                block = stream.read(BLOCK, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise audio.truncated(
                    path, f"{stream.frames} samples", error.error_string
                ) from None
            if len(block) == 0:
                break
            audio.expect_samples(path, block)
            frames += len(block)
            yield block
        audio.expect_length(path, stream.frames, frames)


def resampled(
    signal: Iterable[np.ndarray], old_rate: int, new_rate: int
) -> Iterator[np.ndarray]:
    """`sqase.sound.audio.resample` of a signal; the same samples. Rates in Hz."""
    if old_rate == new_rate:
        yield from signal
        return
    stream = None
    for block in signal:
        stream = stream or soxr.ResampleStream(
            old_rate, new_rate, block.shape[1], quality=audio.QUALITY
        )
        yield stream.resample_chunk(np.ascontiguousarray(block))
    if stream is not None:
        yield stream.resample_chunk(block[:0], last=True)


def equal_parts(
    signal: Iterable[np.ndarray], length: int, count: int
) -> Iterator[np.ndarray]:
    """The `count` parts of a signal of `length` samples that `np.array_split` gives."""
    least, longer = divmod(length, count)
    blocks, held = iter(signal), []
    for number in range(count):
        size = least + (number < longer)
        while sum(map(len, held)) < size:
            held.append(next(blocks))
        joined = np.concatenate(held)
        yield joined[:size]
        held = [joined[size:]]


def overlap_add(
    signal: Iterable[np.ndarray],
    process: Callable[[np.ndarray], np.ndarray],
    context: int,
) -> Iterator[np.ndarray]:
    """Process a signal in windows of `6 * context` samples, one every `4 * context`.

    Of each window the output within `context` of an end is not used, except at the
    ends of the signal. Neighbours are cross-faded over a tenth of `context`, so
    there is no step where they disagree. A signal of one window is processed whole.

    Args:
        signal: what to process.
        process: (time, channels) -> the same shape.
        context: samples.
    """
    hop, half = 4 * context, max(1, context // 20)
    fade_in = ((np.arange(2 * half, dtype=np.float32) + 0.5) / (2 * half))[:, None]
    tail = None
    for window, last in _windows(signal, 6 * context, hop):
        output = process(window)
        begin = 0
        if tail is not None:
            begin = context - half
            joint = slice(begin, begin + 2 * half)
            output[joint] = (1 - fade_in) * tail + fade_in * output[joint]
        end = len(output) if last else hop + context - half
        yield output[begin:end]
        tail = output[end : end + 2 * half]


def _windows(
    signal: Iterable[np.ndarray], size: int, hop: int
) -> Iterator[tuple[np.ndarray, bool]]:
    """Windows of `size` samples, one every `hop`, and the rest, which is the last."""
    held: list[np.ndarray] = []
    for block in signal:
        held.append(block)
        while sum(map(len, held)) > size:
            held = [np.concatenate(held)]
            yield held[0][:size], False
            held = [held[0][hop:]]
    if held:
        yield np.concatenate(held), True


def fitted(signal: Iterable[np.ndarray], frames: int) -> Iterator[np.ndarray]:
    """A signal cut or extended with zeros to a number of samples."""
    for block in signal:
        yield block[:frames]
        frames -= len(block[:frames])
    if frames:
        yield np.zeros_like(block, shape=(frames, block.shape[1]))


def write_like(
    source: str | Path, target: str | Path, signal: Iterable[np.ndarray]
) -> int:
    """Write a signal in the format of a file: rate, container and subtype; atomic.

    Args:
        source: the file whose format is kept.
        target: the file to write.
        signal: of as many channels as `source`.

    Returns:
        How many samples were beyond full scale and limited to it, where the format
        holds integers.

    Raises:
        ValueError: libsndfile reads this format and does not write it.
        OSError: the disk is full, or does not take it for another reason.
    """
    with audio.open_sound(source) as stream:
        kept = {
            name: getattr(stream, name)
            for name in ("samplerate", "channels", "format", "subtype", "endian")
        }
    limited = 0
    with replacing(target) as part:
        try:
            sink = soundfile.SoundFile(part, "w", **kept)
        except (soundfile.LibsndfileError, ValueError) as error:
            raise ValueError(
                f"audio file {source}: expected a format that can be written, got "
                f"{kept['format']} {kept['subtype']} ({error}). Convert it to wav"
            ) from None
        try:
            with sink:
                for block in signal:
                    if kept["subtype"] not in ("FLOAT", "DOUBLE"):
                        limited += int((np.abs(block) > 1.0).sum())
                        block = np.clip(block, -1.0, 1.0)
                    for start in range(0, len(block), BLOCK):
                        sink.write(block[start : start + BLOCK])
        except soundfile.LibsndfileError as error:
            with open(part, "ab") as stream:  # does not say why; the system does
                stream.write(bytes(4 * BLOCK))
            raise OSError(errno.EIO, error.error_string) from None
    return limited
