"""Log-mel pictures of waveforms, and of what one has of another."""

from __future__ import annotations

import math

import torch
import torchaudio
from torch import nn

SAMPLE_RATE = 16000
PER_UNIT = 2 * math.log(10)  # ln of the power in one unit of a picture
FLOOR = 1.0e-6  # of the mel power; about 60 dB under speech at the normal level


def part_of(signal: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """What least squares finds of `other` in `signal`; (batch, time) all three."""
    energy = other.square().sum(1, keepdim=True).clamp(min=1.0e-8)
    return (signal * other).sum(1, keepdim=True) / energy * other


class MelPicture(nn.Module):
    """Log power in mel bands between 0 and 8000 Hz.

    Args:
        mels: bands.
        window: STFT window (Hann) in samples at 16 kHz.
        hop: STFT hop in samples.
    """

    def __init__(self, mels: int, window: int, hop: int):
        super().__init__()
        self.window, self.hop = window, hop
        bank = torchaudio.functional.melscale_fbanks(
            window // 2 + 1, 0.0, SAMPLE_RATE / 2, mels, SAMPLE_RATE
        )
        self.register_buffer("bank", bank, persistent=False)
        self.register_buffer("taper", torch.hann_window(window), persistent=False)

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        """(batch, time) -> (batch, time // hop + 1, mels), about [-2, 2]."""
        half = self.window // 2
        spectrum = torch.stft(
            nn.functional.pad(wave, (half, half)),
            self.window,
            self.hop,
            window=self.taper,
            center=False,
            return_complex=True,
        )
        power = spectrum.real.square() + spectrum.imag.square()
        mel = power.transpose(1, 2) @ self.bank
        return torch.log10(mel / self.window + FLOOR) / 2 + 1

    @staticmethod
    def over_time(picture: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
        """The power of a picture's frames averaged, in each band and over all of them.

        Args:
            picture: (..., frames, mels), as `forward` gives it.
            keep: bool, (..., frames, 1), broadcast: the frames that count.

        Returns:
            (..., mels + 1), on the scale of the picture.
        """
        power = (picture * PER_UNIT).masked_fill(~keep, float("-inf"))
        mean = power.logsumexp(-2) - keep.sum(-2).log()
        every = mean.logsumexp(-1, keepdim=True)
        return torch.cat([mean, every], dim=-1) / PER_UNIT
