"""Local edits: small, smooth changes of a clip, as an enhancer's next step may be.

Guidance asks which small change of THIS clip is better. What answers that is several
edits of one clip with their true scores; so the leaderboard holds them, the closed loop
labels them, and the probe of the direction asks for them: one description for all, and
each draws its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.ndimage import zoom

from sqase.systems.stft import spectrum, waveform

LOWEST = 1e-3  # of a mask: what was taken away beyond 60 dB does not come back


def edit(*, noisy, reference, enhanced, members, sample_rate, rng):
    """Change the enhanced speech a little, in a way that is drawn.

    The committee that it may be blended with is the mean of all members given.
    """
    others = {"reference": reference}
    if members:
        others["committee"] = np.mean(list(members.values()), axis=0)
    return edited(
        rng.choice(kinds_for(others)),
        enhanced=enhanced,
        noisy=noisy,
        others=others,
        sample_rate=sample_rate,
        rng=rng,
    )


def edited(
    kind: str,
    *,
    enhanced: np.ndarray,
    noisy: np.ndarray,
    others: Mapping[str, np.ndarray],
    sample_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Change a clip in one way.

    Args:
        kind: one of `kinds_for(others)`.
        enhanced: the clip, `(time,)`.
        noisy: what it was made from, `(time,)`.
        others: further signals to blend it with, `(time,)` each: "committee" and
            "reference", where there are such.
        sample_rate: Hz.
        rng: source of the strengths.

    Returns:
        `(time,)`.

    Raises:
        KeyError: another kind.
    """
    if kind.startswith("blend_"):
        part = rng.uniform(0.03, 0.3)
        other = {"noisy": noisy, **others}[kind.removeprefix("blend_")]
        return (1 - part) * enhanced + part * other
    seconds = len(enhanced) / sample_rate
    return with_gains(
        lambda mask: GAINS[kind](mask, seconds / mask.shape[1], rng),
        enhanced=enhanced,
        noisy=noisy,
        sample_rate=sample_rate,
    )


def with_gains(
    gains: Callable[[np.ndarray], np.ndarray],
    *,
    enhanced: np.ndarray,
    noisy: np.ndarray,
    sample_rate: int,
) -> np.ndarray:
    """Change the loudness of a clip at each time and frequency.

    Args:
        gains: the enhancer's mask `(frequency, frames)`, `LOWEST` to 1 -> factors,
            broadcast to it.
        enhanced: the clip, `(time,)`.
        noisy: what it was made from, `(time,)`.
        sample_rate: Hz.

    Returns:
        `(time,)`.
    """
    spec = spectrum(enhanced, sample_rate)
    mixture = np.abs(spectrum(noisy, sample_rate))
    mask = np.clip(np.abs(spec) / (mixture + 1e-8), LOWEST, 1.0)
    return waveform(spec * gains(mask), sample_rate, len(enhanced))


def to_power(mask: np.ndarray, power: float) -> np.ndarray:
    """Factors that raise a mask to a power."""
    return mask ** (power - 1)


def to_floor(mask: np.ndarray, decibels: float) -> np.ndarray:
    """Factors that let no gain of a mask fall below a floor."""
    return np.maximum(mask, 10 ** (decibels / 20)) / mask


def kinds_for(others: Mapping[str, np.ndarray]) -> list[str]:
    """The kinds of edits that these signals to blend with allow."""
    return [*GAINS, "blend_noisy", *(f"blend_{name}" for name in others)]


def _smooth_time(mask, frame_s, rng):
    """Drawn: the spread, 0.5 to 4 dB; a new value each 0.1 to 0.5 s."""
    return _smooth(mask.shape, 1, _points(mask, frame_s, rng), rng)


def _smooth_frequency(mask, frame_s, rng):
    """Drawn: the spread, 0.5 to 4 dB; 4 to 24 values between 0 and half the rate."""
    return _smooth(mask.shape, rng.integers(4, 25), 1, rng)


def _smooth_both(mask, frame_s, rng):
    """Drawn: as for the two before."""
    return _smooth(mask.shape, rng.integers(4, 25), _points(mask, frame_s, rng), rng)


def _power(mask, frame_s, rng):
    """Raise the enhancer's gain to a power; drawn: 0.6 to 1.7."""
    return to_power(mask, 1.7 ** rng.uniform(-1, 1))


def _floor(mask, frame_s, rng):
    """Let no gain of the enhancer fall below a floor; drawn: -25 to -6 dB."""
    return to_floor(mask, rng.uniform(-25, -6))


def _band(mask, frame_s, rng):
    """Drawn: the band, a tenth to a third of all frequencies, and 3 dB up or down."""
    width = rng.uniform(0.1, 0.33)
    low = rng.uniform(0, 1 - width)
    share = np.linspace(0, 1, len(mask))[:, None]
    inside = (low <= share) & (share <= low + width)
    return np.where(inside, 10 ** (rng.choice([-3, 3]) / 20), 1.0)


GAINS: dict[str, Callable[..., np.ndarray]] = {
    "smooth_time": _smooth_time,
    "smooth_frequency": _smooth_frequency,
    "smooth_both": _smooth_both,
    "power": _power,
    "floor": _floor,
    "band": _band,
}
"""Kind -> gains `(frequency, frames)` or broadcast to it, of an enhancer's mask."""


def _points(mask: np.ndarray, frame_s: float, rng: np.random.Generator) -> int:
    return max(2, round(mask.shape[1] * frame_s / rng.uniform(0.1, 0.5)))


def _smooth(shape, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """A grid of random gains, interpolated to a shape."""
    decibels = rng.uniform(0.5, 4) * rng.standard_normal((rows, columns))
    factors = [size / points for size, points in zip(shape, decibels.shape)]
    return 10 ** (zoom(decibels, factors, order=1) / 20)
