"""SI-SNR and SDR: energy of what is the reference's over that of the rest, in dB."""

from __future__ import annotations

import torch

TAPS = 512  # of the filter that BSS Eval allows
FLOOR = 1.0e-6  # of the energy: -60 dB, beyond every scale


def si_snr(reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
    """Scale-invariant SNR (Le Roux et al. 2019), zero-mean; (batch,) dB, +-60 at most."""
    x, y = (z - z.mean(1, keepdim=True) for z in (reference, enhanced))
    energies = x.square().sum(1) * y.square().sum(1)
    return _decibels((x * y).sum(1).square() / energies.clamp(min=1.0e-16))


def sdr(reference: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
    """SDR of BSS Eval (Vincent et al. 2006), up to a filter; (batch,) dB.

    Solved in double precision, as the metric is.
    """
    x, y = (z.double() for z in (reference, enhanced))
    x = x / x.norm(dim=1, keepdim=True).clamp(min=1.0e-8)
    y = y / y.norm(dim=1, keepdim=True).clamp(min=1.0e-8)
    size = 1 << (x.shape[1] + TAPS - 1).bit_length()
    spectrum = torch.fft.rfft(x, size)
    auto = torch.fft.irfft(spectrum.abs().square(), size)[:, :TAPS]
    cross = torch.fft.irfft(spectrum.conj() * torch.fft.rfft(y, size), size)[:, :TAPS]
    both = torch.cat([auto.flip(1)[:, :-1], auto], dim=1)  # lags below and above 0
    toeplitz = both.unfold(1, TAPS, 1).flip(1) + 1.0e-9 * torch.eye(TAPS, device=x.device)
    root = torch.linalg.cholesky(toeplitz)
    found = torch.linalg.solve_triangular(root, cross[..., None], upper=False)
    return _decibels(found.square().sum((1, 2))).to(enhanced.dtype)


def _decibels(share: torch.Tensor) -> torch.Tensor:
    """Of the share of the energy that is the reference's, 0 to 1."""
    share = share.clamp(0.0, 1.0)
    return 10 * ((share + FLOOR) / (1 - share + FLOOR)).log10()
