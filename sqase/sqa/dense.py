"""A dense target for the encoder: the speech in a clip, frame by frame.

A clip has a handful of scores, which say little about where its noise is. Its
reference says it for every frame and band. Needed in training alone.
"""

from __future__ import annotations

import torch
from torch import nn

from sqase.backbones.mel import MelPicture, gain_of
from sqase.sqa.model import level


class ReferencePicture(nn.Module):
    """Predict the log-mel picture of the reference from the encoder's frames.

    Args:
        dim: features per frame of the encoder.
        mels: bands.
    """

    def __init__(self, dim: int, mels: int = 32):
        super().__init__()
        self.picture = MelPicture(mels, window=512, hop=512)
        self.predict = nn.Linear(dim, mels)

    def forward(
        self,
        frames: torch.Tensor,
        keep: torch.Tensor,
        speech: torch.Tensor,
        reference: torch.Tensor,
        has_reference: torch.Tensor,
    ) -> torch.Tensor:
        """Mean absolute error over frames and bands.

        Args:
            frames, keep: what `SQAModel.hear` gave.
            speech, reference: (batch, time); zeros beyond the valid samples.
            has_reference: (batch,) bool; other rows do not count.

        Returns:
            Scalar; zero (with a graph) when no row has a reference.
        """
        error = (self.predict(frames) - self.target(speech, reference, frames)).abs()
        valid = keep & has_reference[:, None]
        return (error.mean(2) * valid).sum() / valid.sum().clamp(min=1)

    @torch.no_grad()
    def target(
        self, speech: torch.Tensor, reference: torch.Tensor, frames: torch.Tensor
    ) -> torch.Tensor:
        """The picture of what least squares finds of the reference in the clip, which
        is brought to the level that the model hears; (batch, frames, mels)."""
        part = gain_of(level(speech), reference) * reference
        picture = self.picture(part).transpose(1, 2)
        size = frames.shape[1]
        return nn.functional.interpolate(picture, size, mode="linear").transpose(1, 2)
