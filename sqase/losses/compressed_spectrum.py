"""Distance of power-compressed spectra, magnitudes and phases, and SNR."""

from __future__ import annotations

import torch


class CompressedSpectrum:
    """Signal loss on spectra whose magnitudes are raised to a power below 1.

    With S and E the STFTs of the reference and the enhanced signal, c the exponent and
    X^c short for |X|^c exp(i arg X), the mean over time and frequency of ::

        magnitude_weight * (|E|^c - |S|^c)^2  +  complex_weight * |E^c - S^c|^2

    minus `snr_weight` times the signal-to-noise ratio in dB. Compression makes weak parts of
    speech, and noise between them, count nearly as much as loud vowels, as they do to
    the ear; the SNR, unlike SI-SNR, fixes the output level. Both signals are first
    divided by the RMS of the reference, so that loud and quiet utterances weigh the
    same.

    The two spectral terms are those of Ephrat et al., "Looking to Listen at the
    Cocktail Party", 2018, and Braun and Tashev, "Data augmentation and loss
    normalization for deep noise suppression", 2020, equation (4), in the proportion
    7 : 3 and with the time-domain term of Rong et al., "GTCRN", 2024, equation (6).

    The gradient is finite for digital silence, where |X|^c alone has none: the power
    that is compressed is at least 1e-8, 80 dB below that of a reference of white noise.

    Args:
        window: of the STFT (root of a periodic Hann), in samples; the hop is half of it.
        exponent: c, in (0, 1].
        magnitude_weight, complex_weight, snr_weight: of the three terms.
    """

    def __init__(
        self,
        window: int = 512,
        exponent: float = 0.3,
        magnitude_weight: float = 7.0,
        complex_weight: float = 3.0,
        snr_weight: float = 0.01,
    ):
        self.window, self.exponent = window, exponent
        self.magnitude_weight, self.complex_weight = magnitude_weight, complex_weight
        self.snr_weight = snr_weight

    def __call__(self, reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
        """(batch, time) twice -> (batch,); -80 `snr_weight` for equal signals."""
        level = reference.square().mean(1, keepdim=True).sqrt().clamp(min=1.0e-4)
        reference, enhanced = reference.float() / level, enhanced.float() / level
        clean, clean_size = self._compressed(reference)
        estimate, size = self._compressed(enhanced)
        distance = (estimate - clean).square().sum(-1).mean((1, 2))
        loss = self.magnitude_weight * (size - clean_size).square().mean((1, 2))
        loss = loss + self.complex_weight * distance
        return loss - self.snr_weight * _snr_db(reference, enhanced)

    def _compressed(self, wave: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """X^c as (batch, bins, frames, 2) and |X|^c as (batch, bins, frames)."""
        taper = torch.hann_window(self.window, device=wave.device).sqrt()
        spectrum = torch.stft(
            wave, self.window, self.window // 2, window=taper, return_complex=True
        )
        parts = torch.view_as_real(spectrum)
        power = parts.square().sum(-1) / taper.square().sum() + 1.0e-8
        scale = power.pow((self.exponent - 1) / 2) / taper.square().sum().sqrt()
        return parts * scale.unsqueeze(-1), power.pow(self.exponent / 2)


def _snr_db(reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
    """(batch, time) twice -> (batch,), in [-80, 80] for signals of RMS 1."""
    error = (enhanced - reference).square().mean(1)
    return 10 * torch.log10((reference.square().mean(1) + 1.0e-8) / (error + 1.0e-8))
