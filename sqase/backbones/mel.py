"""Log-mel pictures of waveforms, and of what one has of another."""

from __future__ import annotations

import math

import torch
from torch import nn

SAMPLE_RATE = 16000
PER_UNIT = 2 * math.log(10)  # ln of the power in one unit of a picture
FLOOR = 1.0e-6  # of the mel power; about 60 dB under speech at the normal level


def gain_of(signal: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Least squares: how much of `other` is in `signal`; (batch, time) -> (batch, 1)."""
    energy = other.square().sum(1, keepdim=True).clamp(min=1.0e-8)
    return (signal * other).sum(1, keepdim=True) / energy


def mel_bank(bins: int, mels: int) -> torch.Tensor:
    """Triangles, evenly spaced on HTK's mel scale between 0 and 8000 Hz: (bins, mels).

    As `torchaudio.functional.melscale_fbanks`, which would be all that an assessor
    needs of torchaudio.
    """
    top = SAMPLE_RATE / 2
    steps = torch.linspace(0, math.log10(1 + top / 700), mels + 2)
    edges = 700 * (10**steps - 1)
    width = edges.diff()
    distance = torch.linspace(0, top, bins)[:, None] - edges
    rising, falling = distance[:, :-2] / width[:-1], -distance[:, 2:] / width[1:]
    return torch.minimum(rising, falling).clamp(min=0)


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
        self.register_buffer("bank", mel_bank(window // 2 + 1, mels), persistent=False)
        self.register_buffer("taper", torch.hann_window(window), persistent=False)

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        """(batch, time) -> (batch, time // hop + 1, mels), about [-2, 2]."""
        return self.of(self.spectrum(wave))

    def spectrum(self, wave: torch.Tensor) -> torch.Tensor:
        """(batch, time) -> complex (batch, time // hop + 1, window // 2 + 1)."""
        half = self.window // 2
        spectrum = torch.stft(
            nn.functional.pad(wave, (half, half)),
            self.window,
            self.hop,
            window=self.taper,
            center=False,
            return_complex=True,
        )
        return spectrum.transpose(1, 2)

    def of(self, spectrum: torch.Tensor) -> torch.Tensor:
        """The picture of what `spectrum` gave, or of a sum of such."""
        mel = power(spectrum) @ self.bank
        return torch.log10(mel / self.window + FLOOR) / 2 + 1

    @staticmethod
    def over_time(picture: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
        """The power of a picture's frames averaged, in each band.

        Args:
            picture: (..., frames, mels), as `forward` gives it.
            keep: bool, (..., frames, 1), broadcast: the frames that count.

        Returns:
            (..., mels), on the scale of the picture.
        """
        logs = (picture * PER_UNIT).masked_fill(~keep, float("-inf"))
        return (logs.logsumexp(-2) - keep.sum(-2).log()) / PER_UNIT


def power(spectrum: torch.Tensor) -> torch.Tensor:
    """Squared magnitude, with a gradient of zero at zero."""
    return spectrum.real.square() + spectrum.imag.square()


def correlation(
    own: torch.Tensor, other: torch.Tensor, keep: torch.Tensor, frames: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """How alike the envelopes of two pictures run around each frame.

    Correlation coefficients of magnitudes: in each band over time, the measure of
    STOI (Taal et al. 2011) before its mean, and at each frame over the bands once each
    band is brought to mean 0 and variance 1, that of ESTOI (Jensen and Taal 2016).

    Args:
        own, other: pictures, (batch, frames, mels).
        keep: (batch, frames) bool, the frames that count.
        frames: length of the window around a frame.

    Returns:
        (batch, frames, mels) and (batch, frames), in [-1, 1]; 0 where one of them
        does not move.
    """
    keep = keep.to(own.dtype)[:, :, None]
    x, y = (10 ** (picture - 1) * keep for picture in (own, other))
    count = _smooth(keep, frames).clamp(min=1.0e-3)
    means = (_smooth(z, frames) / count for z in (x, y, x * x, y * y, x * y))
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = means
    spread_x = ((mean_xx - mean_x**2).clamp(min=0) + 1.0e-6).sqrt()
    spread_y = ((mean_yy - mean_y**2).clamp(min=0) + 1.0e-6).sqrt()
    in_bands = (mean_xy - mean_x * mean_y) * keep / (spread_x * spread_y)
    x, y = (x - mean_x) / spread_x, (y - mean_y) / spread_y
    at_frames = nn.functional.cosine_similarity(
        x - x.mean(2, keepdim=True), y - y.mean(2, keepdim=True), dim=2, eps=1.0e-3
    )
    return in_bands, at_frames * keep[:, :, 0]


def _smooth(x: torch.Tensor, frames: int) -> torch.Tensor:
    """Mean over an odd number of frames around each of (batch, frames, bands).

    Padded beforehand: on GPUs, PyTorch up to 2.11 has wrong gradients of means that pad,
    where bands change fastest in memory (github.com/pytorch/pytorch/issues/188344).
    """
    half = frames // 2
    x = nn.functional.pad(x.transpose(1, 2), (half, half))
    return nn.functional.avg_pool1d(x, frames, stride=1).transpose(1, 2)
