"""Lossy coding and decoding in memory: MP3, Vorbis, Opus (by libsndfile)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import soundfile

# Format, subtype, and the range of libsndfile's compression level that damages
# 16 kHz speech: about 20-50, 34-46 and 9-20 kbit/s. The three keep time.
CODECS = {
    "mp3": ("MP3", "MPEG_LAYER_III", 0.0, 0.99),
    "vorbis": ("OGG", "VORBIS", 0.5, 1.0),
    "opus": ("OGG", "OPUS", 0.95, 0.99),
}


@dataclass(frozen=True)
class Codec:
    """Code and decode."""

    name: str  # in CODECS
    compression: float  # libsndfile's level, in [0, 1]
    possible: ClassVar = {}

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Codec:
        """A codec, and a level of its range."""
        name = list(CODECS)[rng.integers(len(CODECS))]
        _, _, low, high = CODECS[name]
        return cls(name, rng.uniform(low, high))

    def apply(self, wave: np.ndarray, sample_rate: int, rng) -> np.ndarray:
        """See `sqase.degradations`."""
        kind, subtype, _, _ = CODECS[self.name]
        coded = io.BytesIO()
        soundfile.write(
            coded,
            wave,
            sample_rate,
            format=kind,
            subtype=subtype,
            compression_level=self.compression,
        )
        coded.seek(0)
        decoded, _ = soundfile.read(coded, dtype="float32")
        return np.pad(decoded, (0, max(0, len(wave) - len(decoded))))[: len(wave)]
