"""ESPnet's band-split RNN, the same function of the same weights, in half of the time."""

from __future__ import annotations

import torch
from espnet2.enh.layers.bsrnn import BSRNN, BandSplit, MaskDecoder


class QuickBSRNN(BSRNN):
    """Puts bands together once, not each into a whole spectrum of its own, and may
    train with products of bfloat16: inference is in the precision of the weights."""

    bfloat16 = False

    def forward(self, x: torch.Tensor, fs: int | None = None) -> torch.Tensor:
        """(batch, frames, bins, 2) -> (batch, speakers, frames, bins, 2)."""
        low = self.bfloat16 and self.training
        with torch.autocast(x.device.type, torch.bfloat16, enabled=low):
            return super().forward(x, fs)


class _QuickBandSplit(BandSplit):
    def forward(self, x, fs=None):
        bands = []
        for (low, high), (start_hz, _), norm, layer in zip(
            self.subbands, self.subband_freqs, self.norm, self.fc
        ):
            if low >= x.size(2) or (fs is not None and start_hz >= fs / 2):
                break
            band = x[:, :, low : high + 1]
            lacking = high + 1 - low - band.size(2)
            band = torch.nn.functional.pad(band, (0, 0, 0, lacking))
            bands.append(layer(norm(band.flatten(2).transpose(1, 2))))
        return torch.stack(bands, dim=-1)


class _QuickMaskDecoder(MaskDecoder):
    def forward(self, x):
        return self._spectrum(self.mlp_mask, x), self._spectrum(self.mlp_residual, x)

    def _spectrum(self, heads: torch.nn.ModuleList, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, frames, bands) -> (batch, speakers, frames, bins, 2)."""
        bands = [
            head(band).unflatten(1, (self.num_spk, -1, 2))
            for head, band in zip(heads, x.unbind(-1))
        ]
        spectrum = torch.cat(bands, dim=2).float()  # (batch, speakers, bins, 2, frames)
        lacking = self.freq_dim - spectrum.size(2)
        spectrum = torch.nn.functional.pad(spectrum, (0, 0, 0, 0, 0, lacking))
        return spectrum.movedim(-1, 2).contiguous()


def quicken(network: BSRNN, bfloat16: bool = False) -> None:
    """Make a band-split RNN quick, in place; its state dictionary stays the same.

    Args:
        network: ESPnet's.
        bfloat16: see `QuickBSRNN`.
    """
    network.__class__ = QuickBSRNN
    network.bfloat16 = bfloat16
    network.band_split.__class__ = _QuickBandSplit
    network.mask_decoder.__class__ = _QuickMaskDecoder


def start_as_identity(network: BSRNN) -> None:
    """Let each layer of a new network pass on what it gets, in place.

    So a deeper network may go on from a shallower one: with the weights of that
    (ESPnet's `init_param`), it starts as the same function.
    """
    for projection in (*network.fc_time, *network.fc_freq):
        torch.nn.init.zeros_(projection.weight)
        torch.nn.init.zeros_(projection.bias)
