"""Lossy coding and decoding in memory: MP3, Vorbis, Opus (by libsndfile)."""

import io

import numpy as np
import soundfile

from sqase.systems.source import any_source

# Format, subtype, and the range of libsndfile's compression level that damages
# 16 kHz speech: about 20-50, 34-46 and 9-20 kbit/s. The three keep time.
CODECS = (
    ("MP3", "MPEG_LAYER_III", 0.0, 0.99),
    ("OGG", "VORBIS", 0.5, 1.0),
    ("OGG", "OPUS", 0.95, 0.99),
)


def codec(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Code one of the signals. Drawn: the codec and its compression level."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    kind, subtype, low, high = CODECS[rng.integers(len(CODECS))]
    coded = io.BytesIO()
    soundfile.write(
        coded,
        wave,
        sample_rate,
        format=kind,
        subtype=subtype,
        compression_level=rng.uniform(low, high),
    )
    coded.seek(0)
    decoded, _ = soundfile.read(coded, dtype="float32")
    return np.pad(decoded, (0, max(0, len(wave) - len(decoded))))[: len(wave)]
