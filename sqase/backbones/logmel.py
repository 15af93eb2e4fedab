"""Log-mel front end with a small 2-D convolution: quick on a CPU."""

from __future__ import annotations

import torch
from torch import nn

from sqase.backbones.mel import MelPicture, part_of


class LogMel(nn.Module):
    """Compare a signal with a second one as log-mel pictures.

    Three pictures are stacked: the log-mel of the signal, its difference to the
    log-mel of the second signal, and the log-mel of what least squares leaves of
    the signal once the second is taken out, relative to the signal (with the
    reference as second signal this last one is the SI-SNR per band). Without a
    second signal the last two are zero. With one, every frame is also told both
    differences over the whole clip: a ratio of sums is no mean of ratios. (Of the
    signal alone, the whole clip tells more of its noise kind than of its quality.)

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
        self.first = nn.Conv2d(3, channels, 5, stride=(1, 2), padding=2)
        self.second = nn.Conv2d(channels, channels, 3, stride=(2, 2), padding=1)
        height = (mels + 1) // 2
        self.norm = nn.LayerNorm([channels, height])
        self.project = nn.Linear(channels * ((height + 1) // 2), dim)
        self.whole = nn.Sequential(
            nn.Linear(2 * (mels + 1), dim), nn.GELU(), nn.Linear(dim, dim)
        )

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        has_second: torch.Tensor,
        lengths: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `sqase.backbones`."""
        own = self.picture(speech)
        other = self.picture(second)
        rest = self.picture(speech - part_of(speech, second))
        present = has_second.to(own.dtype)[:, None, None]
        pictures = torch.stack(
            [own, (own - other) * present, (rest - own) * present], dim=1
        )
        frames = lengths // self.picture.hop + 1
        whole = self._whole(torch.stack([own, other, rest], dim=1), frames)
        x = _mask(pictures, frames)
        x = _mask(torch.nn.functional.gelu(self.first(x)), frames)
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)  # over a frame's channels
        x = torch.nn.functional.gelu(self.second(_mask(x, frames)))
        frames = (frames + 1) // 2
        x = self.project(x.transpose(1, 2).flatten(2))  # (batch, frames, dim)
        x = x + (whole * present[:, 0])[:, None]
        return _mask(x.unsqueeze(1), frames).squeeze(1), frames

    def _whole(self, pictures: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """Features of the second signal beside the whole clip, (batch, dim)."""
        keep = torch.arange(pictures.shape[2], device=frames.device) < frames[:, None]
        mean = self.picture.over_time(pictures, keep[:, None, :, None])
        own, other, rest = mean.unbind(1)
        return self.whole(torch.cat([own - other, rest - own], dim=1))


def _mask(x: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Zero the frames (dimension 2 of 4) beyond the valid ones."""
    keep = torch.arange(x.shape[2], device=x.device) < frames[:, None]
    return x * keep[:, None, :, None]
