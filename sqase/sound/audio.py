"""The only place that opens, resamples or writes sound.

Signals are float32 arrays `(time,)`, mono; full scale is 1.0. Sound of any length:
`sqase.sound.streaming`.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from sqase.runtime.atomic import replacing

QUALITY = "HQ"  # of resampling
_FORMATS = {".wav": "WAV", ".flac": "FLAC"}
LOUDEST = 1e5
"""Full scale is 1, but some programs write 16-bit integers as floats."""
RATES = (4000, 384000)
"""Hz: less holds no speech, and more is no rate of sound."""

# libsndfile shortens a cut file without an error, but says so in its log.
_CUT_CHUNK = re.compile(
    r"^\s*(?:data|SSND|riff|Data Size) +: (\d+) \(should be (\d+)\)", re.M
)
_CUT_OGG = "Last page lacks an end-of-stream bit"
_STRAY = re.compile(
    r"^data : (\d+)$.*^(?:\*\*\*|Have).* at position (\d+)", re.M | re.S
)
_UNKNOWN_LENGTH = 0x7FFFFFFF  # at least this: written by a program that streams


@dataclass(frozen=True)
class Sound:
    """What the header of a sound file says."""

    path: Path
    sample_rate: int
    channels: int
    seconds: float


def open_sound(path: str | Path) -> soundfile.SoundFile:
    """Open a sound file; one clear error for each way in which it can fail."""
    path = Path(path)
    if {unicodedata.category(letter) for letter in str(path)} & {"Cc", "Cs"}:
        raise ValueError(
            f"audio file {ascii(str(path))}: expected a name in UTF-8 without control "
            "characters. Rename it"
        )
    if not path.is_file():
        raise FileNotFoundError(f"audio file {path}: no such file")
    if path.stat().st_size == 0:
        raise ValueError(f"audio file {path}: expected sound, got an empty file")
    try:
        stream = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        raise ValueError(
            f"audio file {path}: expected wav, flac, ogg, mp3, ... "
            f"({error.error_string}) Convert or remove it"
        ) from None
    try:
        _expect_whole(path, stream)
    except ValueError:
        stream.close()
        raise
    return stream


def _expect_whole(path: Path, stream: soundfile.SoundFile) -> None:
    """Refuse a file that is cut, or whose header cannot be that of sound."""
    log = stream.extra_info
    cut, stray = _CUT_CHUNK.search(log), _STRAY.search(log)
    if cut and int(cut[2]) < int(cut[1]) < _UNKNOWN_LENGTH:
        raise truncated(path, f"{cut[1]} bytes of sound", cut[2])
    if _CUT_OGG in log:
        raise truncated(path, "an end of the Ogg stream", "none")
    if stray and _goes_on(path, *map(int, stray.groups())):
        raise truncated(path, f"{stray[1]} bytes of sound, says the header", "more")
    if stream.frames == 0:
        raise ValueError(f"audio file {path}: expected sound, got 0 samples")
    if not RATES[0] <= stream.samplerate <= RATES[1]:
        raise ValueError(
            f"audio file {path}: expected {RATES[0]} to {RATES[1]} Hz, got "
            f"{stream.samplerate} Hz. Convert or remove it"
        )


def _goes_on(path: Path, size: int, position: int) -> bool:
    """Whether a WAV has more than a twentieth of its sound, of `size` bytes, once more
    after the end that its header says; what follows is neither a chunk nor zeros."""
    with path.open("rb") as stream:
        stream.seek(position)
        return len(stream.read().strip(b"\0")) > size / 20


def truncated(path: str | Path, expected: str, got: object) -> ValueError:
    """The error for a file that ends too early."""
    return ValueError(
        f"audio file {path}: truncated: expected {expected}, got "
        f"{str(got).rstrip('.')}. Copy it again or remove it"
    )


def expect_length(path: str | Path, wanted: int, frames: int) -> None:
    """Refuse a file that gave too few samples; an mp3 header is an estimate."""
    if frames < 0.98 * wanted:
        raise truncated(path, f"{wanted} samples", frames)


def expect_samples(path: str | Path, wave: np.ndarray) -> None:
    """Refuse a file with NaN, infinity or an absurd value inside."""
    peak = np.abs(wave).max(initial=0.0)
    if not np.isfinite(peak):
        raise ValueError(
            f"audio file {path}: expected finite samples, got NaN or infinity. "
            "Make it again or remove it"
        )
    if peak > LOUDEST:
        raise ValueError(
            f"audio file {path}: expected samples of at most {LOUDEST:g} (full scale "
            f"is 1), got a peak of {peak:.3g}. Make it again or remove it"
        )


def read(
    path: str | Path,
    sample_rate: int | None = None,
    *,
    start_s: float = 0.0,
    seconds: float | None = None,
) -> tuple[np.ndarray, int]:
    """Read a sound file, or a part of it, as one channel.

    Channels are averaged. Values beyond full scale, possible in float files,
    are kept.

    Args:
        path: any format that libsndfile reads.
        sample_rate: Hz of the result; None keeps that of the file.
        start_s: where to start, in seconds.
        seconds: how much to read; None reads to the end.

    Returns:
        wave: float32 `(time,)`.
        rate: Hz.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not sound, empty, truncated, or see `expect_samples`.
    """
    channels, rate = read_channels(path, start_s=start_s, seconds=seconds)
    wave = channels.mean(axis=1)
    if sample_rate is None or sample_rate == rate:
        return wave, rate
    return resample(wave, rate, sample_rate), sample_rate


def read_channels(
    path: str | Path, *, start_s: float = 0.0, seconds: float | None = None
) -> tuple[np.ndarray, int]:
    """As `read`, with all channels: float32 `(time, channels)`, at the file's rate."""
    with open_sound(path) as stream:
        rate = stream.samplerate
        start = min(round(start_s * rate), stream.frames)
        wanted = stream.frames - start
        if seconds is not None:
            wanted = min(wanted, round(seconds * rate))
        try:
            stream.seek(start)
            waves = stream.read(wanted, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise truncated(path, f"{wanted} samples", error.error_string) from None
    expect_length(path, wanted, len(waves))
    expect_samples(path, waves)
    return waves, rate


def resample(wave: np.ndarray, old_rate: int, new_rate: int) -> np.ndarray:
    """Change the sampling rate of a signal `(time,)`, rates in Hz (soxr)."""
    return soxr.resample(wave, old_rate, new_rate, quality=QUALITY).astype(np.float32)


def write(path: str | Path, wave: np.ndarray, sample_rate: int) -> None:
    """Write a signal as 16-bit `.wav` or `.flac`; atomic.

    Args:
        path: the suffix chooses the format.
        wave: `(time,)` or `(time, channels)`, of at most 8 channels, in [-1, 1].
        sample_rate: Hz.

    Raises:
        ValueError: another suffix or shape, an empty signal, NaN, or values
            beyond full scale (limit or scale the signal first).
    """
    path = Path(path)
    if path.suffix not in _FORMATS:
        raise ValueError(
            f"audio file {path}: expected .wav or .flac, got {path.suffix!r}"
        )
    wave = np.asarray(wave)
    if wave.ndim not in (1, 2) or wave.size == 0 or wave.shape[1:] > (8,):
        raise ValueError(
            f"audio file {path}: expected shape (time,) or (time, up to 8 channels), "
            f"got {wave.shape}. Not written"
        )
    peak = np.abs(wave).max()
    if not peak <= 1.0:
        raise ValueError(
            f"audio file {path}: expected samples in [-1, 1], got a peak of {peak}. "
            "Not written: scale or limit the signal"
        )
    with replacing(path) as part:  # in one go, by Python: it says why a disk refuses
        part.write_bytes(encoded(wave, sample_rate, _FORMATS[path.suffix]))


def encoded(wave: np.ndarray, sample_rate: int, form: str = "FLAC") -> bytes:
    """A signal as `write` takes it as a 16-bit file, FLAC or WAV, in memory."""
    stream = io.BytesIO()
    soundfile.write(stream, wave, sample_rate, "PCM_16", format=form)
    return stream.getvalue()


def header(path: str | Path) -> Sound:
    """Rate, channels and length of a sound file, from its header."""
    with open_sound(path) as stream:
        return Sound(
            Path(path),
            stream.samplerate,
            stream.channels,
            stream.frames / stream.samplerate,
        )


def duration(path: str | Path) -> float:
    """Length of a sound file in seconds, from its header."""
    return header(path).seconds
