"""A guess of the clean reference, for the modes that are given none.

Agreement, blind, with what a judge has never heard is far worse than that of the metrics'
formulas against what a good enhancer makes of the same signal. So the judge has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

BANDS = (2, 2, 2, 2, 3, 4, 4, 5, 6, 7, 9, 10, 12, 15, 18, 21, 25, 30, 36, 44)
"""Bins of each band of a spectrum of 257: about 20 of a mel scale."""

ENHANCER = "separator.bsrnn."  # before the names of ESPnet's parameters

EPS = 1.0e-8  # of the norms of single bands, as the enhancers were trained with


class ReferenceEstimator(nn.Module):
    """A band-split RNN (Yu et al., Interspeech 2023) that enhances, and is not trained here.

    Its parameters are called as those of ESPnet's `bsrnn`, in which such a network is
    trained (`sqase.tasks`), so that the weights of an enhancer are its weights.

    Args:
        channels: of each band.
        layers: pairs of recurrent layers, along time and along bands.
        bands: bins of each, from 0 Hz up.
        window, hop: of the STFT, samples at 16 kHz.
    """

    def __init__(
        self,
        channels: int = 32,
        layers: int = 4,
        bands: Sequence[int] = BANDS,
        window: int = 512,
        hop: int = 256,
    ):
        super().__init__()
        self.bands, self.hop = list(bands), hop
        self.register_buffer("window", torch.hann_window(window), persistent=False)
        self.band_split = nn.ModuleDict(
            {
                "norm": nn.ModuleList(nn.GroupNorm(1, 2 * n, eps=EPS) for n in bands),
                "fc": nn.ModuleList(nn.Conv1d(2 * n, channels, 1) for n in bands),
            }
        )
        for axis in ("time", "freq"):
            norms = (nn.GroupNorm(1, channels) for _ in range(layers))
            rnns = (_rnn(channels) for _ in range(layers))
            outs = (nn.Linear(4 * channels, channels) for _ in range(layers))
            self.add_module(f"norm_{axis}", nn.ModuleList(norms))
            self.add_module(f"rnn_{axis}", nn.ModuleList(rnns))
            self.add_module(f"fc_{axis}", nn.ModuleList(outs))
        self.mask_decoder = nn.ModuleDict(
            {
                name: nn.ModuleList(_decoder(channels, 2 * n) for n in bands)
                for name in ("mlp_mask", "mlp_residual")
            }
        )
        self.requires_grad_(False)

    def load_enhancer(self, path: str | Path) -> None:
        """Take the weights of an enhancer: the safetensors of an exported model.

        Raises:
            RuntimeError: the weights of another network.
        """
        state = safetensors.torch.load_file(path)
        own = {k.removeprefix(ENHANCER): v for k, v in state.items()}
        self.load_state_dict(own)

    @torch.no_grad()
    def forward(self, speech: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Guess the reference of signals.

        Args:
            speech: (batch, time), 16 kHz.
            lengths: (batch,) valid samples; what is beyond them changes nothing.

        Returns:
            (batch, time), zeros beyond the valid samples; without a graph.
        """
        guess = torch.zeros_like(speech)
        for length in lengths.unique().tolist():
            rows = (lengths == length).nonzero().squeeze(1)
            guess[rows, :length] = self._enhance(speech[rows, :length])
        return guess

    def _enhance(self, speech: torch.Tensor) -> torch.Tensor:
        lacking = max(0, len(self.window) - speech.shape[1])
        correction = min(1, speech.shape[1] - 1)
        scale = speech.std(1, keepdim=True, correction=correction).clamp(min=EPS)
        padded = nn.functional.pad(speech / scale, (0, lacking))
        size = {
            "n_fft": len(self.window),
            "hop_length": self.hop,
            "window": self.window,
        }
        spectrum = torch.stft(padded, **size, return_complex=True)
        mask, residual = self._masks(torch.view_as_real(spectrum))
        guess = torch.istft(mask * spectrum + residual, **size, length=padded.shape[1])
        return scale * guess[:, : speech.shape[1]]

    def _masks(self, spectrum: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, bins, frames, 2) -> two complex spectra (batch, bins, frames)."""
        parts = [
            layer(norm(band.transpose(2, 3).flatten(1, 2)))
            for band, norm, layer in zip(
                spectrum.split(self.bands, dim=1),
                self.band_split["norm"],
                self.band_split["fc"],
            )
        ]
        x = torch.stack(parts, dim=1)  # (batch, bands, channels, frames)
        for number in range(len(self.rnn_time)):
            x = x + self._along("time", number, x)
            x = x + self._along("freq", number, x)
        heads = self.mask_decoder["mlp_mask"], self.mask_decoder["mlp_residual"]
        return tuple(_spectrum(decoders, x) for decoders in heads)

    def _along(self, axis: str, number: int, x: torch.Tensor) -> torch.Tensor:
        """One recurrent layer over the frames of each band, or the bands of each frame."""
        norm, rnn, out = (
            getattr(self, f"{part}_{axis}")[number] for part in ("norm", "rnn", "fc")
        )
        y = norm(x.transpose(1, 2)).movedim(1, 3)  # (batch, bands, frames, channels)
        y = y if axis == "time" else y.transpose(1, 2)
        y = out(rnn(y.flatten(0, 1))[0]).unflatten(0, y.shape[:2])
        y = y if axis == "time" else y.transpose(1, 2)
        return y.transpose(2, 3)


def _rnn(channels: int) -> nn.LSTM:
    return nn.LSTM(channels, 2 * channels, batch_first=True, bidirectional=True)


def _decoder(channels: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.GroupNorm(1, channels, eps=EPS),
        nn.Conv1d(channels, 4 * channels, 1),
        nn.Tanh(),
        nn.Conv1d(4 * channels, 2 * outputs, 1),
        nn.GLU(dim=1),
    )


def _spectrum(decoders: nn.ModuleList, x: torch.Tensor) -> torch.Tensor:
    """(batch, bands, channels, frames) -> complex (batch, bins, frames)."""
    bands = [
        decoder(band).unflatten(1, (-1, 2))
        for decoder, band in zip(decoders, x.unbind(1))
    ]
    return torch.view_as_complex(torch.cat(bands, dim=1).movedim(2, 3).contiguous())
