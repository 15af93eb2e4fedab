"""Signals in, signals out: everything that makes a mixture, nothing about names.

Signals are float32 `(time,)` at `SAMPLE_RATE`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy.signal import fftconvolve, lfilter

from sqase.simulation import SAMPLE_RATE
from sqase.simulation.sources import Recording, Source
from sqase.sound import audio

MAX_PEAK = 0.9
MIN_ACTIVE = {"clean": 0.4, "noise": 0.05}  # shares of a clip that are not pauses
FRAME = SAMPLE_RATE // 50  # 20 ms
ACTIVE_RANGE_DB = 35.0  # a frame this far below the loudest is a pause
_PAUSE_DB = 25.0  # and so is one this far below the mean of its recording
CROSSFADE = SAMPLE_RATE // 100  # 10 ms, between recordings that fill a clip
BEFORE_PEAK = SAMPLE_RATE // 400  # 2.5 ms: the rise of the direct path
EARLY = SAMPLE_RATE // 20  # 50 ms: reflections that help understanding
_Signal = TypeVar("_Signal")


class Cut(NamedTuple):
    """A part of a recording."""

    recording: Recording
    start_s: float
    seconds: float


def active_level(wave: np.ndarray) -> float:
    """Root mean square over the frames of 20 ms that are not pauses, in dBFS.

    Digital silence gives -inf.
    """
    power = frame_power(wave)
    active = power[power >= power.max() * 10 ** (-ACTIVE_RANGE_DB / 10)]
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(active.mean()))


def frame_power(wave: np.ndarray) -> np.ndarray:
    """Mean square of each whole frame of 20 ms, `(frames,)`."""
    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME)
    return np.mean(np.square(frames, dtype=np.float64), axis=1)


def fill(
    source: Source, seconds: float, rng: np.random.Generator, *, min_active: float
) -> tuple[np.ndarray, list[Recording]]:
    """Fill a clip from the recordings of one speaker or noise kind.

    The first recording is drawn in proportion to its length and cut at random; if
    it is too short, others follow with cross-fades of 10 ms, in the end again the
    same. A clip that is mostly pause is drawn again, ten times at most; then the
    one with the least pause is taken.

    Args:
        source: the speaker or noise kind.
        seconds: length of the clip.
        rng: of the draws.
        min_active: share of frames that should not be pauses, in [0, 1].

    Returns:
        wave: exactly `seconds` long.
        recordings: what was used.

    Raises:
        ValueError: ten draws were nothing but pause.
    """

    def draw() -> tuple[np.ndarray, list[Cut], np.ndarray]:
        cuts = draw_cuts(source, samples, rng)
        wave = reduce(_join, (c.recording.read(c.start_s, c.seconds) for c in cuts))
        wave = np.pad(wave, (0, len(cuts)), mode="edge")[:samples]  # rounded short
        return frame_power(wave), cuts, wave

    samples = round(seconds * SAMPLE_RATE)
    cuts, wave = with_least_pause(source, draw, min_active=min_active)
    return wave, [cut.recording for cut in cuts]


def with_least_pause(
    source: Source,
    draw: Callable[[], tuple[np.ndarray, list[Cut], _Signal]],
    *,
    min_active: float,
) -> tuple[list[Cut], _Signal]:
    """Draw a clip until it is not mostly pause; see `fill`.

    Args:
        source: that clips are drawn from.
        draw: gives the power of each frame of 20 ms, what was cut, and the clip.
        min_active: share of frames that should not be pauses, in [0, 1].

    Returns:
        What was cut, and the clip.

    Raises:
        ValueError: ten draws were nothing but pause.
    """
    best: tuple[float, Any] = (0.0, None)
    for _ in range(10):
        power, cuts, clip = draw()
        mean = np.mean([10 ** (cut.recording.level_dbfs / 10) for cut in cuts])
        active = float(np.mean(power > mean * 10 ** (-_PAUSE_DB / 10)))
        if active > best[0]:
            best = (active, (cuts, clip))
        if active >= min_active:
            break
    if best[1] is None:
        raise ValueError(
            f"{source.root}: {source.name}: expected sound, got ten draws of silence. "
            "Remove the recordings that are mostly silent"
        )
    return best[1]


def draw_cuts(source: Source, samples: int, rng: np.random.Generator) -> list[Cut]:
    """Parts of recordings that make a clip of so many samples, with cross-fades."""
    lengths = np.array([recording.seconds for recording in source.recordings])
    order = rng.choice(
        len(lengths), len(lengths), replace=False, p=lengths / lengths.sum()
    )
    cuts: list[Cut] = []
    filled = 0
    for recording in itertools.cycle(source.recordings[index] for index in order):
        wanted_s = (samples - filled + 2 * CROSSFADE) / SAMPLE_RATE
        start_s = rng.uniform(0, max(0, recording.seconds - wanted_s))
        cuts.append(Cut(recording, start_s, wanted_s))
        got = round(min(wanted_s, recording.seconds - start_s) * SAMPLE_RATE)
        filled += got - min(CROSSFADE, filled, got)
        if filled >= samples:
            break
    return cuts


def _join(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Append a signal to another with a linear cross-fade."""
    overlap = min(CROSSFADE, len(first), len(second))
    ramp = np.linspace(0, 1, overlap, dtype=np.float32)
    middle = first[len(first) - overlap :] * (1 - ramp) + second[:overlap] * ramp
    return np.concatenate([first[: len(first) - overlap], middle, second[overlap:]])


def reverberate(
    speech: np.ndarray, response: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Put dry speech into a room.

    The response is cut to start 2.5 ms before its peak, taken to be the direct
    path, and scaled to keep the energy of the first 50 ms. Both results are late
    by those 2.5 ms against the dry speech, and in time with each other.

    Args:
        speech: `(time,)`.
        response: room impulse response `(taps,)`.

    Returns:
        reverberant: `(time,)`.
        early: `(time,)`, the direct path and the reflections of the first 50 ms:
            the reference for enhancement that may remove the late ones.
    """
    start = max(0, int(np.argmax(np.abs(response))) - BEFORE_PEAK)
    response = response[start:]
    early = response[: BEFORE_PEAK + EARLY]
    scale = 1 / np.sqrt(np.sum(np.square(early, dtype=np.float64)))
    return tuple(
        (fftconvolve(speech, taps)[: len(speech)] * scale).astype(np.float32)
        for taps in (response, early)
    )


def at_speed(wave: np.ndarray, speed: float) -> np.ndarray:
    """Play noise or a room response faster or slower, pitch and all, as a tape does.

    A few kinds of noise become many, and so do rooms, whose reverberation becomes
    shorter or longer: an enhancer learns less of them by heart.

    Args:
        wave: `(time,)`.
        speed: 2.0 is an octave up.

    Returns:
        `(time / speed,)`.
    """
    return audio.resample(wave, round(speed * SAMPLE_RATE), SAMPLE_RATE)


def draw_colour(rng: np.random.Generator) -> np.ndarray:
    """Zeros and poles of `colour`, `(2, 2)`."""
    return rng.uniform(-3 / 8, 3 / 8, (2, 2))


def colour(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Filter by a random filter of second order, as another microphone would.

    That of Valin, "A Hybrid DSP/Deep Learning Approach to Real-Time Full-Band Speech
    Enhancement", 2018, section on training data: two zeros and two poles, their
    coefficients even in +-3/8. Always stable; between the strongest and the weakest
    frequency lie 8 dB in the median, 25 dB at most.

    Args:
        wave: `(time,)`.
        rng: of the draw.
    """
    zeros, poles = draw_colour(rng)
    return lfilter([1, *zeros], [1, *poles], wave).astype(np.float32)


def together(noises: Sequence[np.ndarray], levels_db: Sequence[float]) -> np.ndarray:
    """The sum of noises, `(time,)` each, at active levels against that of the first."""
    first = active_level(noises[0])
    gains_db = [db + first - active_level(n) for n, db in zip(noises[1:], levels_db[1:])]
    others = (10 ** (db / 20) * noise for db, noise in zip(gains_db, noises[1:]))
    return sum(others, noises[0])


def add_noise(
    speech: np.ndarray,
    reference: np.ndarray,
    noise: np.ndarray,
    *,
    snr_db: float,
    level_dbfs: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Add noise and set the level.

    Args:
        speech: what the microphone hears of the speaker, `(time,)`.
        reference: what enhancement should give, `(time,)`; shares every gain.
        noise: `(time,)`.
        snr_db: active level of `speech` minus that of the noise.
        level_dbfs: active level of `speech`; lowered where the peak of a result
            would exceed `MAX_PEAK`.

    Returns:
        noisy, reference: `(time,)`.
    """
    speech_db = active_level(speech)
    noise_gain = 10 ** ((speech_db - active_level(noise) - snr_db) / 20)
    noisy = speech + noise_gain * noise
    peak = max(np.abs(noisy).max(), np.abs(reference).max())
    gain = min(10 ** ((level_dbfs - speech_db) / 20), MAX_PEAK / peak)
    return (gain * noisy).astype(np.float32), (gain * reference).astype(np.float32)


def degrade(
    noisy: np.ndarray,
    reference: np.ndarray,
    degradation: Any,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Apply a degradation to a mixture; its reference stays undistorted.

    Args:
        noisy, reference: `(time,)`.
        degradation: see `sqase.degradations`.
        rng: of what is random in it.

    Returns:
        noisy, reference: `(time,)`, scaled down alike where the peak of the first
            would exceed `MAX_PEAK`.
    """
    noisy = degradation.apply(noisy, SAMPLE_RATE, rng)
    gain = MAX_PEAK / max(MAX_PEAK, np.abs(noisy).max())
    return (gain * noisy).astype(np.float32), (gain * reference).astype(np.float32)
