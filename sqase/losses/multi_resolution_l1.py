"""L1 distance of waveforms and of magnitude spectra at several resolutions."""

from __future__ import annotations

from typing import Sequence

import torch


class MultiResolutionL1:
    """Signal loss that fixes the output level.

    The mean absolute error of the samples plus that of the compressed STFT
    magnitudes, averaged over the resolutions; both signals are first divided by the
    RMS of the reference, so that loud and quiet utterances weigh the same. (ESPnet's
    `mr_l1_tfd`, the URGENT baseline's loss, scales the estimate to the reference
    first and so leaves the gain free.) The idea of several resolutions is that of
    Yamamoto et al., "Parallel WaveGAN", 2020, equations (5) to (7). Speech that is
    missing weighs more than noise that is left, as in Wang et al., "VoiceFilter-Lite",
    2020, equation (3): it costs more intelligibility.

    Args:
        windows: STFT windows (Hann) in samples; hops are half of them.
        time_weight: share of the samples' error, in [0, 1].
        exponent: of the magnitudes; below 1 the weak parts of speech count more.
        over_suppression: weight of magnitudes that are too small; 1 for those that
            are too large.
    """

    def __init__(
        self,
        windows: Sequence[int] = (256, 512, 1024),
        time_weight: float = 0.5,
        exponent: float = 0.5,
        over_suppression: float = 4.0,
    ):
        self.windows = tuple(windows)
        self.time_weight = time_weight
        self.exponent = exponent
        self.over_suppression = over_suppression

    def __call__(self, reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
        """(batch, time) twice -> (batch,), 0 for equal signals."""
        level = reference.square().mean(1, keepdim=True).sqrt().clamp(min=1.0e-4)
        reference, enhanced = reference.float() / level, enhanced.float() / level
        samples = (enhanced - reference).abs().mean(1)
        spectra = torch.zeros_like(samples)
        for window in self.windows:
            error = self._compressed(enhanced, window)
            error = error - self._compressed(reference, window)
            weight = torch.where(error < 0, self.over_suppression, 1.0)
            spectra = spectra + (weight * error.abs()).mean((1, 2))
        spectra = spectra / len(self.windows)
        return self.time_weight * samples + (1 - self.time_weight) * spectra

    def _compressed(self, wave: torch.Tensor, window: int) -> torch.Tensor:
        return _magnitude(wave, window).pow(self.exponent)


def _magnitude(wave: torch.Tensor, window: int) -> torch.Tensor:
    """(batch, bins, frames), scaled so that white noise of RMS 1 has about 1."""
    taper = torch.hann_window(window, device=wave.device)
    spectrum = torch.stft(wave, window, window // 2, window=taper, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()
    return (power / taper.square().sum() + 1.0e-8).sqrt()
