"""Log-mel front end with a small 2-D convolution: quick on a CPU."""

from __future__ import annotations

import torch
from torch import nn

from sqase.backbones.mel import MelPicture, correlation, gain_of, power

WINDOW = 25
"""Frames over which envelopes are correlated, 0.4 s; STOI takes 0.384 s."""

TINY = 1.0e-4
"""Of the energy of a signal, -40 dB: less of it is not told from nothing."""


class LogMel(nn.Module):
    """Compare a signal with a second one as log-mel pictures.

    Four pictures are stacked: the log-mel of the signal, its difference to the
    log-mel of the second signal, the log-mel of what least squares leaves of the
    signal once the second is taken out, relative to the signal, and how alike the
    envelopes of both run. Without a second signal all but the first are zero. With
    one, every frame is also told what these are over the whole clip, how much of the
    signal is the second one, up to a gain and up to a filter, and how alike spectra
    run: with the reference as second signal these are SI-SNR, nearly SDR and nearly
    ESTOI, and no mean over frames. (Of the signal alone, the whole clip tells more of
    its noise kind than of its quality.)

    Args:
        dim: features per output frame.
        channels: channels of the two convolutions.
        mels: mel bands between 0 and 8000 Hz.
        window: STFT window in samples at 16 kHz.
        hop: STFT hop in samples; an output frame covers two hops.
    """

    def __init__(
        self,
        dim: int = 96,
        channels: int = 24,
        mels: int = 64,
        window: int = 512,
        hop: int = 256,
    ):
        super().__init__()
        self.dim = dim
        self.picture = MelPicture(mels, window, hop)
        self.first = nn.Conv2d(4, channels, 5, stride=(1, 2), padding=2)
        self.second = nn.Conv2d(channels, channels, 3, stride=(2, 2), padding=1)
        height = (mels + 1) // 2
        self.norm = nn.LayerNorm([channels, height])
        self.project = nn.Linear(channels * ((height + 1) // 2), dim)
        self.bands = nn.Linear(3 * mels, dim)
        self.ratios = nn.Linear(3, dim)  # apart from the many bands, to be heard
        self.whole = nn.Linear(dim, dim)

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        has_second: torch.Tensor,
        lengths: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `sqase.backbones`."""
        frames = lengths // self.picture.hop + 1
        spectrum = self.picture.spectrum(speech)
        keep = torch.arange(spectrum.shape[1], device=frames.device) < frames[:, None]
        spectrum = spectrum * keep[..., None]
        own = self.picture.of(spectrum)
        compared = own.new_zeros(len(own), 3, *own.shape[1:])
        bands = own.new_zeros(len(own), self.bands.in_features)
        ratios = own.new_zeros(len(own), self.ratios.in_features)
        rows = has_second.nonzero().squeeze(1)
        if len(rows):  # the larger part of the work, and blind rows need none of it
            signals = (x[rows] for x in (speech, second, spectrum, own, keep))
            compared, bands, ratios = (
                x.index_put((rows,), y)
                for x, y in zip((compared, bands, ratios), self._compare(*signals))
            )
        x = _mask(torch.cat([own[:, None], compared], dim=1), frames)
        x = _mask(torch.nn.functional.gelu(self.first(x)), frames)
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)  # over a frame's channels
        x = torch.nn.functional.gelu(self.second(_mask(x, frames)))
        frames = (frames + 1) // 2
        x = self.project(x.transpose(1, 2).flatten(2))  # (batch, frames, dim)
        whole = torch.nn.functional.gelu(self.bands(bands) + self.ratios(ratios))
        x = x + (self.whole(whole) * has_second[:, None])[:, None]
        return _mask(x.unsqueeze(1), frames).squeeze(1), frames

    def _compare(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        spectrum: torch.Tensor,
        own: torch.Tensor,
        keep: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The three pictures beside the signal's own, (batch, 3, frames, mels); what
        they are over the clip, (batch, 3 mels); how much of the signal is the second
        one, up to a gain and up to a filter, and how alike their spectra run,
        (batch, 3)."""
        heard = self.picture.spectrum(second) * keep[..., None]
        gain = gain_of(speech, second)
        other = self.picture.of(heard)
        rest = self.picture.of(spectrum - gain[..., None] * heard)
        alike, spectra_alike = correlation(own, other, keep, WINDOW)
        compared = torch.stack([own - other, rest - own, alike], dim=1)
        means = self.picture.over_time(
            torch.stack([own, other, rest], dim=1), keep[:, None, :, None]
        )
        mean_own, mean_other, mean_rest = means.unbind(1)
        loud = _loud(heard) & keep
        share = loud / loud.sum(1, keepdim=True).clamp(min=1)
        mean_alike = (alike * share[..., None]).sum(1)
        bands = [mean_own - mean_other, mean_rest - mean_own, mean_alike]
        ratios = [
            _energy_ratio(speech, gain * second),
            _energy_ratio(spectrum, _filtered(heard, spectrum)),
            2 * (spectra_alike * share).sum(1, keepdim=True),
        ]
        return compared, torch.cat(bands, dim=1), torch.cat(ratios, dim=1)


def _loud(spectrum: torch.Tensor) -> torch.Tensor:
    """Which frames are within 40 dB of the loudest, as for STOI; (batch, frames)."""
    energy = power(spectrum.detach()).sum(2)
    return energy >= TINY * energy.amax(1, keepdim=True)


def _filtered(other: torch.Tensor, signal: torch.Tensor) -> torch.Tensor:
    """What least squares finds of one spectrum in another with a gain for each bin;
    (batch, frames, bins)."""
    energy = power(other).sum(1, keepdim=True).clamp(min=1.0e-8)
    return (signal * other.conj()).sum(1, keepdim=True) / energy * other


def _energy_ratio(signal: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
    """Energy of a part over that of the rest, in units of 10 dB, within +-40 dB;
    (batch, ...) -> (batch, 1)."""
    whole, part, rest = (
        (z.abs() ** 2).flatten(1).sum(1, keepdim=True)
        for z in (signal, part, signal - part)
    )
    floor = TINY * whole + 1.0e-10
    return ((part + floor) / (rest + floor)).log10()


def _mask(x: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Zero the frames (dimension 2 of 4) beyond the valid ones."""
    keep = torch.arange(x.shape[2], device=x.device) < frames[:, None]
    return x * keep[:, None, :, None]
