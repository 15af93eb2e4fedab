"""STOI and ESTOI: how alike the envelopes of two signals run in third-octave bands.

C. H. Taal et al., "An algorithm for intelligibility prediction of time-frequency
weighted noisy speech", IEEE TASLP 2011; J. Jensen, C. H. Taal, "An algorithm for
predicting the intelligibility of speech masked by modulated noise maskers", IEEE/ACM
TASLP 2016. Step by step as the package pystoi has them, from its resampling on.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import torch

FRAME, HOP, SIZE = 256, 128, 512  # samples at 10 kHz; SIZE of the transform
SPAN = 30  # frames that are correlated, 384 ms
RANGE_DB = 40  # below the loudest frame of the reference, a frame is silent
LOWEST_HZ, BANDS = 150, 15
CLIP = 1 + 10 ** (15 / 20)
TINY = 1.0e-6  # beside the norm of a span of speech at usual levels


def stoi(pair: Pair) -> torch.Tensor:
    """(batch,), 0 with less than 0.4 s of speech."""
    return pair.each(_correlate_bands)


def estoi(pair: Pair) -> torch.Tensor:
    """(batch,), 0 with less than 0.4 s of speech."""
    return pair.each(_correlate_spectra)


class Pair:
    """Two batches (batch, time) at 16 kHz, and what both measures look at."""

    def __init__(self, reference: torch.Tensor, enhanced: torch.Tensor):
        self.reference, self.enhanced = reference, enhanced

    def each(self, correlate: Callable[..., torch.Tensor]) -> torch.Tensor:
        """A measure of each row: which frames are silent differs."""
        nothing = 0 * self.enhanced.sum(1)
        return torch.stack(
            [
                zero if spans is None else correlate(*spans)
                for zero, spans in zip(nothing, self._spans)
            ]
        )

    @functools.cached_property
    def _spans(self) -> list:
        waves = (
            resampled(wave / (wave.std(1, keepdim=True) + 1.0e-8))
            for wave in (self.reference, self.enhanced)
        )
        return [_spans(*row) for row in zip(*waves)]


def _correlate_bands(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean over spans and bands of the correlation over time."""
    y = y * (x.norm(dim=0, keepdim=True) / (y.norm(dim=0, keepdim=True) + TINY))
    y = torch.minimum(y, CLIP * x)
    return (_normal(x, 0) * _normal(y, 0)).sum(0).mean()


def _correlate_spectra(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean over spans and frames of the correlation over bands of normalised ones."""
    x, y = (_normal(_normal(z, 0), 1) for z in (x, y))
    return (x * y).sum(1).mean()


def _normal(x: torch.Tensor, axis: int) -> torch.Tensor:
    x = x - x.mean(axis, keepdim=True)
    return x * (x.square().sum(axis, keepdim=True) + TINY**2).rsqrt()


def _spans(x: torch.Tensor, y: torch.Tensor):
    """Band magnitudes (SPAN, bands, spans) of both, without what is silent in x."""
    taper = torch.hann_window(FRAME + 2, periodic=False, device=x.device)[1:-1]
    count = -(-(len(x) - FRAME) // HOP)
    if count < SPAN:
        return None
    x, y = (z.unfold(0, FRAME, HOP)[:count] * taper for z in (x, y))
    energy = 20 * (x.norm(dim=1) + 1.0e-12).log10()
    loud = energy.max() - RANGE_DB - energy < 0
    if int(loud.sum()) < SPAN + 1:
        return None
    bank = _bank().to(x.device)
    spans = []
    for frames in (x[loud], y[loud]):
        hops = frames[1:, :HOP] + frames[:-1, HOP:]  # joined again, all but the ends
        hops = torch.cat([frames[:1, :HOP], hops])
        frames = torch.cat([hops[:-1], hops[1:]], dim=1) * taper
        spectrum = torch.fft.rfft(frames, SIZE)
        power = spectrum.real.square() + spectrum.imag.square()
        bands = (power @ bank + TINY**2).sqrt()
        spans.append(bands.T.contiguous().unfold(1, SPAN, 1).permute(2, 0, 1))
    return spans


@functools.cache
def _bank() -> torch.Tensor:
    """(bins, bands) of 0 and 1, edges at the nearest bins."""
    hertz = np.linspace(0, 10000, SIZE + 1)[: SIZE // 2 + 1]
    number = 2 * np.arange(BANDS)
    edges = [LOWEST_HZ * 2 ** ((number + sign) / 6) for sign in (-1, 1)]
    low, high = (np.argmin((hertz - edge[:, None]) ** 2, axis=1) for edge in edges)
    bins = np.arange(len(hertz))[:, None]
    return torch.from_numpy(((low <= bins) & (bins < high)).astype(np.float32))


def resampled(wave: torch.Tensor) -> torch.Tensor:
    """(batch, time) at 16 kHz -> at 10 kHz, 5 samples for 8."""
    kernel, before = _kernel()
    samples = math.ceil(wave.shape[1] * 5 / 8)
    blocks = math.ceil(samples / 5)
    after = 8 * (blocks - 1) + len(kernel) - before - wave.shape[1]
    padded = torch.nn.functional.pad(wave, (before, max(0, after)))[:, None]
    found = torch.nn.functional.conv1d(padded, kernel.T[:, None].to(wave), stride=8)
    return found[:, :, :blocks].transpose(1, 2).flatten(1)[:, :samples]


@functools.cache
def _kernel() -> tuple[torch.Tensor, int]:
    """Octave's filter for a change of rate by 5/8, as (inputs, 5 outputs), and how many
    of the inputs come before a block."""
    up, down, rejection_db = 5, 8, 60
    cutoff = 1 / (2 * down)
    half = math.ceil((rejection_db - 8) / (28.714 * cutoff / 10))
    time = np.arange(-half, half + 1)
    taps = np.kaiser(len(time), 0.1102 * (rejection_db - 8.7)) * np.sinc(2 * cutoff * time)
    taps = up * taps / taps.sum()
    before, after = half // up, (half + (up - 1) * down) // up
    place = half + down * np.arange(up) - up * np.arange(-before, after + 1)[:, None]
    inside = (0 <= place) & (place < len(taps))
    kernel = np.where(inside, taps[place.clip(0, len(taps) - 1)], 0.0)
    return torch.from_numpy(kernel.astype(np.float32)), before
