"""A small corpus in a folder, of signals from `signals`, for tests that read files."""

import zlib
from pathlib import Path

import numpy as np
import soundfile
from signals import noise_like, speech_like


def write(path: Path, wave: np.ndarray, sample_rate: int = 16000, **options) -> Path:
    """Write a sound file as others would, not through the code under test."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, sample_rate, **options)
    return path


def write_noise(path: Path, seconds: float) -> Path:
    """A file of noise that no other file has: partitions are told by content, too."""
    return write(path, noise_like(seconds, zlib.crc32(str(path).encode())))


def write_corpus(root: Path, *, speakers: int = 4, kinds: int = 4) -> dict[str, Path]:
    """Folders clean, noise, rir and real; some names have spaces and accents."""
    for n in range(speakers):
        for m in range(2):
            write(root / f"clean/voix é {n}/take {m}.wav", speech_like(3, 10 * n + m))
    for n in range(kinds):
        write(root / f"noise/kind{n}/a.flac", noise_like(5, 100 + n))
    for n in range(3):
        tail = noise_like(0.3, 200 + n) * np.exp(-np.arange(4800) / 800)
        tail[0] = 1.0
        write(root / f"rir/room{n}.wav", tail)
    for n in range(4):
        noisy = speech_like(5, 300 + n) + noise_like(5, 400 + n)
        write(root / f"real/hall/talk{n}.wav", 0.5 * noisy)
    return {kind: root / kind for kind in ("clean", "noise", "rir", "real")}
