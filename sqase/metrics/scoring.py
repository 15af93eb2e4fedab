"""Scores of one signal: the checks, clamps and nulls that all metrics share."""

import ast
import functools
import hashlib
import importlib.metadata
import inspect
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import sqase.metrics
from sqase.metrics.base import SAMPLE_RATE, Compute, Metric, Score, Unscorable

MIN_SECONDS = 0.25
"""PESQ refuses less, and the other metrics have nothing to average over."""

SILENCE = 2.0**-15
"""One step of 16-bit sound: a signal that never swings as far is silent."""

IDENTICAL = "identical to the reference"

SHARED_SOURCES = ("scoring.py", "spectra.py", "pesq.py")
"""Files here that act on the values of several metrics."""


def score(
    names: Sequence[str],
    *,
    reference: np.ndarray | None = None,
    enhanced: np.ndarray,
    sample_rate: int,
) -> dict[str, Score]:
    """Score one signal with several metrics.

    Args:
        names: names in ``METRICS``.
        reference: clean signal (time,), or None where there is none.
        enhanced: signal to judge (time,).
        sample_rate: 16000 Hz; ``sqase.sound.audio.read(path, sample_rate=16000)``
            resamples.

    Returns:
        name -> score. Audio without a score (silent, short, not finite, of another
        length than its reference, no reference) gives None with the reason.

    Raises:
        ValueError: unknown name, a metric that is imported, other sample rate, more
            than one channel.

    >>> tone = np.sin(np.arange(16000))
    >>> score(["si_snr"], reference=tone, enhanced=0 * tone, sample_rate=16000)
    {'si_snr': Score(value=None, reason='enhanced signal is silent', clamped=False)}
    """
    metrics = [_computed(name) for name in names]
    _check_call(reference, enhanced, sample_rate)
    faults = {"non_intrusive": fault("enhanced", enhanced)}
    faults["intrusive"] = faults["non_intrusive"] or _pair_fault(reference, enhanced)
    identical = reference is not None and np.array_equal(reference, enhanced)

    passes: dict[Compute, Mapping[str, float] | str] = {}
    scores = {}
    for metric in metrics:
        if reason := faults[metric.kind]:
            scores[metric.name] = Score(None, reason)
        elif identical and metric.kind == "intrusive":
            scores[metric.name] = Score(metric.best, IDENTICAL, clamped=True)
        else:
            if metric.compute not in passes:
                passes[metric.compute] = _attempt(metric, reference, enhanced)
            scores[metric.name] = _clamp(metric, passes[metric.compute])
    return scores


@functools.cache
def version(name: str) -> str:
    """What computes the metric: "pesq 0.0.4", with digests of model files if any.

    Raises:
        ValueError: unknown or imported metric, or its package is not installed.
    """
    metric = _computed(name)
    if metric.package == "sqase":
        return f"sqase {sqase.__version__}"
    try:
        parts = [metric.package, importlib.metadata.version(metric.package)]
    except importlib.metadata.PackageNotFoundError:
        raise ValueError(
            f"metric {name}: expected the package {metric.package}, got none "
            f"installed. pip install {metric.package}"
        ) from None
    for path in metric.weights():
        parts.append(f"{path.name}:{_digest(path)}")
    return " ".join(parts)


@functools.cache
def fingerprint(name: str) -> str:
    """``version`` plus a digest of our own code for it: the key of a cached score.

    Comments and docstrings do not count: to reword them costs no label.
    """
    compute = _computed(name).compute
    sources = [Path(inspect.getfile(compute))]
    sources += [Path(__file__).with_name(shared) for shared in SHARED_SOURCES]
    return f"{version(name)} source:{_digest_of_code(*sources)}"


def _computed(name: str) -> Metric:
    """A metric; refuses one that only others compute."""
    metric = sqase.metrics.METRICS.load(name)
    if metric.compute is None:
        raise ValueError(
            f"metric {name}: expected one that sqase computes, got one that it only "
            "reads. Bring its values with sqase.bin.import_labels"
        )
    return metric


def _check_call(
    reference: np.ndarray | None, enhanced: np.ndarray, sample_rate: int
) -> None:
    """Refuse what is a mistake of the caller and no property of the audio."""
    if sample_rate != SAMPLE_RATE:
        raise ValueError(
            f"score(): expected sample_rate {SAMPLE_RATE} Hz, got {sample_rate}. "
            f"Read with sqase.sound.audio.read(path, sample_rate={SAMPLE_RATE})"
        )
    for role, signal in (("reference", reference), ("enhanced", enhanced)):
        if signal is not None and signal.ndim != 1:
            raise ValueError(
                f"score(): expected {role} of shape (time,), got {signal.shape}. "
                "Mix the channels down first"
            )


def fault(role: str, signal: np.ndarray) -> str | None:
    """Why a signal (time,) at `SAMPLE_RATE` has no score, or None.

    >>> fault("enhanced", np.zeros(16000))
    'enhanced signal is silent'
    """
    if len(signal) < MIN_SECONDS * SAMPLE_RATE:
        return f"{role} signal is shorter than {MIN_SECONDS} s"
    if not np.all(np.isfinite(signal)):
        return f"{role} signal has NaN or infinite samples"
    if np.ptp(signal) / 2 < SILENCE:
        return f"{role} signal is silent"
    return None


def _pair_fault(reference: np.ndarray | None, enhanced: np.ndarray) -> str | None:
    """Why this pair has no score, or None."""
    if reference is None:
        return "no reference"
    if len(reference) != len(enhanced):
        return (
            f"reference has {len(reference)} samples, enhanced signal {len(enhanced)}"
        )
    return fault("reference", reference)


def _attempt(
    metric: Metric, reference: np.ndarray | None, enhanced: np.ndarray
) -> Mapping[str, float] | str:
    """The values of one pass, or the reason why there are none."""
    if metric.kind == "non_intrusive":
        reference = None
    try:
        return metric.compute(reference, enhanced, SAMPLE_RATE)
    except Unscorable as error:
        return str(error)


def _clamp(metric: Metric, values: Mapping[str, float] | str) -> Score:
    """One metric's part of a pass, inside its range."""
    if isinstance(values, str):
        return Score(None, values)
    value = float(values[metric.name])
    if math.isnan(value):
        return Score(None, f"{metric.name} is not a number")
    clamped = min(max(value, metric.low), metric.high)
    return Score(clamped, clamped=clamped != value)


def _digest(path: Path) -> str:
    """Eight hex digits for the contents of the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _digest_of_code(*paths: Path) -> str:
    """Eight hex digits for what Python files do."""
    trees = (_WithoutWords().visit(ast.parse(path.read_bytes())) for path in paths)
    code = "".join(map(ast.unparse, trees))
    return hashlib.sha256(code.encode()).hexdigest()[:8]


class _WithoutWords(ast.NodeTransformer):
    """Takes the docstrings out."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node
