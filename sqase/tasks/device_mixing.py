"""`sqase.simulation.mixing` on tensors: many mixtures at once, on any device.

Signals are float32 `(signals, time)` at 16 kHz. What is random is drawn by the caller.
"""

from __future__ import annotations

import math

import torch
from scipy.fft import next_fast_len

from sqase.simulation.mixing import (
    ACTIVE_RANGE_DB,
    BEFORE_PEAK,
    EARLY,
    FRAME,
    MAX_PEAK,
)

_OVERSAMPLING = 4  # before samples are interpolated between
_PASSED = 0.95  # share of the band that resampling leaves as it is
_RINGING = 1024  # samples; a filter of `colour` falls silent in fewer


def join(bank: torch.Tensor, pieces: torch.Tensor, signals: int) -> torch.Tensor:
    """Signals put together from pieces of a bank, with linear cross-fades.

    Args:
        bank: all recordings, one after the other, `(samples,)`.
        pieces: `(pieces, 6)` integers, in the memory of the processor: signal, first
            sample in the bank, samples, where it starts in the signal, and how many
            samples it fades in and out.
        signals: how many there are.

    Returns:
        `(signals, time)`, zeros after the end of the shorter ones.
    """
    time, total = int(pieces[:, [2, 3]].sum(1).max()), int(pieces[:, 2].sum())
    signal, first, count, place, fade_in, fade_out = pieces.to(bank.device).unbind(1)
    each = torch.arange(len(pieces), device=bank.device)
    piece = torch.repeat_interleave(each, count, output_size=total)
    inside = torch.arange(total, device=bank.device) - (count.cumsum(0) - count)[piece]
    rise = inside / (fade_in[piece] - 1).clamp(min=1)
    fall = (count[piece] - 1 - inside) / (fade_out[piece] - 1).clamp(min=1)
    gain = torch.where(inside < fade_in[piece], rise, 1.0)
    gain = gain * torch.where(inside >= (count - fade_out)[piece], fall, 1.0)
    joined = bank.new_zeros(signals * time)
    joined.index_add_(
        0, (signal * time + place)[piece] + inside, gain * bank[first[piece] + inside]
    )
    return joined.unflatten(0, (signals, time))


def at_speeds(waves: torch.Tensor, speeds: torch.Tensor, samples: int) -> torch.Tensor:
    """Play each faster or slower, pitch and all: the first samples of it.

    Between samples of the fourfold rate, got by FFT, a polynomial of third order is
    laid; what a higher speed would fold back is filtered out before.

    Args:
        waves: `(signals, time)`.
        speeds: `(signals,)`.
        samples: of the result.
    """
    size = next_fast_len(waves.shape[1] + FRAME, real=True)  # silence at the end
    spectrum = torch.fft.rfft(waves, size)
    bins = torch.linspace(0, 1, spectrum.shape[1], device=waves.device)
    cutoff = (1 / speeds).clamp(max=1)[:, None]
    fall = ((bins / cutoff - _PASSED) / (1 - _PASSED)).clamp(0, 1)
    spectrum = spectrum * (0.5 + 0.5 * torch.cos(math.pi * fall))
    dense = _OVERSAMPLING * torch.fft.irfft(spectrum, _OVERSAMPLING * size)
    steps = torch.arange(samples, device=waves.device, dtype=torch.float64)
    place = _OVERSAMPLING * speeds.double()[:, None] * steps
    start = place.floor()
    x = (place - start).float()
    weights = (  # Lagrange's, for samples at -1, 0, 1 and 2
        -x * (x - 1) * (x - 2) / 6,
        (x + 1) * (x - 1) * (x - 2) / 2,
        -(x + 1) * x * (x - 2) / 2,
        (x + 1) * x * (x - 1) / 6,
    )
    start = start.long()
    return sum(
        weight * dense.gather(1, (start + offset).clamp(0, dense.shape[1] - 1))
        for offset, weight in zip(range(-1, 3), weights)
    )


def colour(waves: torch.Tensor, coefficients: torch.Tensor) -> torch.Tensor:
    """Filter each by a filter of second order, in the frequency domain.

    Args:
        waves: `(signals, time)`.
        coefficients: `(signals, 4)`, see `sqase.simulation.mixing.colour`: two of the
            zeros, then two of the poles.
    """
    size = next_fast_len(waves.shape[1] + _RINGING, real=True)
    ones = torch.ones_like(coefficients[:, :1])
    zeros, poles = (
        torch.fft.rfft(torch.cat([ones, part], 1), size)
        for part in coefficients.split(2, dim=1)
    )
    spectrum = torch.fft.rfft(waves, size) * zeros / poles
    return torch.fft.irfft(spectrum, size)[:, : waves.shape[1]]


def reverberate(
    speech: torch.Tensor, responses: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """See `sqase.simulation.mixing.reverberate`.

    Args:
        speech: `(signals, time)`.
        responses: `(signals, taps)`.

    Returns:
        reverberant, early: as `speech`.
    """
    taps = torch.arange(responses.shape[1], device=speech.device)
    start = (responses.abs().argmax(1, keepdim=True) - BEFORE_PEAK).clamp(min=0)
    place = start + taps
    inside = place < len(taps)
    responses = responses.gather(1, place.clamp(max=len(taps) - 1)) * inside
    early = responses * (taps < BEFORE_PEAK + EARLY)
    scale = early.square().sum(1, keepdim=True).sqrt()
    size = next_fast_len(speech.shape[1] + len(taps), real=True)
    spectrum = torch.fft.rfft(speech, size)
    return tuple(
        torch.fft.irfft(spectrum * torch.fft.rfft(part / scale, size), size)[
            :, : speech.shape[1]
        ]
        for part in (responses, early)
    )


def active_level(waves: torch.Tensor) -> torch.Tensor:
    """See `sqase.simulation.mixing.active_level`: `(signals, time)` -> `(signals,)`."""
    frames = waves.unfold(1, FRAME, FRAME)
    power = frames.square().mean(-1)
    active = power >= power.amax(1, keepdim=True) * 10 ** (-ACTIVE_RANGE_DB / 10)
    return 10 * torch.log10((power * active).sum(1) / active.sum(1))


def together(
    noises: torch.Tensor, rows: torch.Tensor, levels_db: torch.Tensor, mixtures: int
) -> torch.Tensor:
    """The sum of the noises of each mixture.

    Args:
        noises: `(noises, time)`, the first of every mixture, in order, then others.
        rows: `(noises,)`, the mixture that each is in.
        levels_db: `(noises,)`, active level against that of the first.
        mixtures: how many there are.

    Returns:
        `(mixtures, time)`.
    """
    level = active_level(noises)
    gain = 10 ** ((levels_db + level[rows] - level) / 20)  # 1 of the first
    mixed = noises.new_zeros(mixtures, noises.shape[1])
    return mixed.index_add_(0, rows, gain[:, None] * noises)


def add_noise(
    speech: torch.Tensor,
    reference: torch.Tensor,
    noise: torch.Tensor,
    *,
    snr_db: torch.Tensor,
    level_dbfs: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """See `sqase.simulation.mixing.add_noise`.

    Args:
        speech, reference, noise: `(mixtures, time)`.
        snr_db, level_dbfs: `(mixtures,)`.

    Returns:
        noisy, reference: `(mixtures, time)`.
    """
    speech_db = active_level(speech)
    noise_gain = 10 ** ((speech_db - active_level(noise) - snr_db) / 20)
    noisy = speech + noise_gain[:, None] * noise
    peak = torch.maximum(noisy.abs().amax(1), reference.abs().amax(1))
    gain = torch.minimum(10 ** ((level_dbfs - speech_db) / 20), MAX_PEAK / peak)
    return gain[:, None] * noisy, gain[:, None] * reference
