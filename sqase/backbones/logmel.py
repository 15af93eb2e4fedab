"""Log-mel front end with a small 2-D convolution: quick on a CPU."""

from __future__ import annotations

import torch
import torchaudio
from torch import nn

SAMPLE_RATE = 16000
FLOOR = 1.0e-6  # of the mel power; about 60 dB under speech at the normal level


class LogMel(nn.Module):
    """Compare a signal with a second one as log-mel pictures.

    Three pictures are stacked: the log-mel of the signal, its difference to the
    log-mel of the second signal, and the log-mel of what least squares leaves of
    the signal once the second is taken out, relative to the signal (with the
    reference as second signal this last one is the SI-SNR per band). Without a
    second signal the last two are zero.

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
        self.window, self.hop = window, hop
        bank = torchaudio.functional.melscale_fbanks(
            window // 2 + 1, 0.0, SAMPLE_RATE / 2, mels, SAMPLE_RATE
        )
        self.register_buffer("bank", bank, persistent=False)
        self.register_buffer("taper", torch.hann_window(window), persistent=False)
        self.first = nn.Conv2d(3, channels, 5, stride=(1, 2), padding=2)
        self.second = nn.Conv2d(channels, channels, 3, stride=(2, 2), padding=1)
        height = (mels + 1) // 2
        self.norm = nn.LayerNorm([channels, height])
        self.project = nn.Linear(channels * ((height + 1) // 2), dim)

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        has_second: torch.Tensor,
        lengths: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `sqase.backbones`."""
        energy = second.square().sum(1, keepdim=True).clamp(min=1.0e-8)
        gain = (speech * second).sum(1, keepdim=True) / energy
        own = self._log_mel(speech)
        other = self._log_mel(second)
        rest = self._log_mel(speech - gain * second)
        present = has_second.to(own.dtype)[:, None, None]
        pictures = torch.stack(
            [own, (own - other) * present, (rest - own) * present], dim=1
        )
        frames = lengths // self.hop + 1
        x = _mask(pictures, frames)
        x = _mask(torch.nn.functional.gelu(self.first(x)), frames)
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)  # over a frame's channels
        x = torch.nn.functional.gelu(self.second(_mask(x, frames)))
        frames = (frames + 1) // 2
        x = self.project(x.transpose(1, 2).flatten(2))  # (batch, frames, dim)
        return _mask(x.unsqueeze(1), frames).squeeze(1), frames

    def _log_mel(self, wave: torch.Tensor) -> torch.Tensor:
        """(batch, time) -> (batch, frames, mels), about [-2, 2]."""
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


def _mask(x: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Zero the frames (dimension 2 of 4) beyond the valid ones."""
    keep = torch.arange(x.shape[2], device=x.device) < frames[:, None]
    return x * keep[:, None, :, None]
