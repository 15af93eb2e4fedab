"""What a metric is and what a score is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

SAMPLE_RATE = 16000
"""Hz. Metrics are defined here on 16 kHz; ``sqase.sound.audio.read`` resamples."""

Compute = Callable[[np.ndarray | None, np.ndarray, int], Mapping[str, float]]


class Unscorable(Exception):
    """Raised by a metric that has no value for this audio; the text is the reason."""


@dataclass(frozen=True)
class Metric:
    """One true metric.

    Attributes:
        name: as in ``METRICS``, label files and tables; it says the variant.
        kind: "intrusive" compares with a reference, "non_intrusive" hears one signal.
        direction: "higher" or "lower" is better.
        low, high: range of labels in ``unit``; values outside are clamped and flagged.
        unit: "dB", "MOS" or "" for a correlation.
        package: its name on PyPI, whose version marks each score; "sqase" for our own.
        compute: ``(reference, enhanced, sample_rate) -> {name: value}`` for float
            arrays (time,) at ``SAMPLE_RATE``, checked by ``score``; the reference is
            None for a non-intrusive metric. Metrics computed in one pass share one
            function. Raises ``Unscorable``. None: not computed here but imported.
        notes: what a reader of a table must know (level, alignment, variant).
        weights: the model files behind the score, whose digests mark each score.
    """

    name: str
    kind: Literal["intrusive", "non_intrusive"]
    direction: Literal["higher", "lower"]
    low: float
    high: float
    unit: str
    package: str
    compute: Compute | None
    notes: str
    weights: Callable[[], tuple[Path, ...]] = tuple

    @property
    def best(self) -> float:
        """The end of the range that a perfect signal gets."""
        return self.high if self.direction == "higher" else self.low

    @property
    def sign(self) -> int:
        """1 where higher is better, -1 where lower is."""
        return 1 if self.direction == "higher" else -1


@dataclass(frozen=True)
class Score:
    """A value, or None with the reason; a clamped value lay outside the range.

    A value with a reason is a label and no measurement: the signal is identical to
    its reference. Result tables leave it out.
    """

    value: float | None
    reason: str | None = None
    clamped: bool = False
