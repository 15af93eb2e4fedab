"""Worked values: what metrics say about small changes of one simple signal.

Each file of a metric shows this table in its docstring, as the part of its
specification that a reader can check; the examples of docstrings run as tests.
"""

import functools
from collections.abc import Sequence

import numpy as np

from sqase.metrics.base import SAMPLE_RATE
from sqase.metrics.scoring import score

SECONDS = 2
NOISE_DB = 10


def reference() -> np.ndarray:
    """A saw tooth that rises from 150 to 230 Hz in syllables, four a second.

    Zero-mean, float64 (time,).
    """
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    voice = 0.5 * ((150 * time + 20 * time**2) % 1 - 0.5)
    voice *= np.sin(4 * np.pi * time) ** 2
    return voice - np.mean(voice)


@functools.cache
def changes() -> dict[str, np.ndarray]:
    """What was done to the reference -> the signal then, float64 (time,).

    The noise is white, zero-mean, orthogonal to the reference and 10 dB below it.
    """
    voice = reference()
    noise = np.random.default_rng(0).standard_normal(len(voice))
    noise -= np.mean(noise)
    noise -= voice * (voice @ noise) / (voice @ voice)
    level = np.linalg.norm(voice) / np.linalg.norm(noise)
    noise *= level * 10 ** (-NOISE_DB / 20)
    return {
        "equal": voice,
        "twice as loud": 2 * voice,
        "offset by 0.01": voice + 0.01,
        "one sample late": np.roll(voice, 1),
        "noise at 10 dB": voice + noise,
        "half the noise": voice + noise / 2,
        "silence": 0 * voice,
    }


def show(*names: str) -> None:
    """Print a table: metrics by name, clamped to their ranges, `-` where no score."""
    print(_line("", names))
    for change in changes():
        print(line(change, names))


def line(change: str, names: Sequence[str]) -> str:
    """The table's line of one change."""
    scores = score(
        names,
        reference=reference(),
        enhanced=changes()[change],
        sample_rate=SAMPLE_RATE,
    )
    values = [scores[name].value for name in names]
    return _line(change, ["-" if x is None else f"{x:.2f}" for x in values])


def _line(first: str, others: Sequence[str]) -> str:
    return f"{first:16}" + "".join(f"{other:>12}" for other in others)
