"""Changes of a clip that leave its quality labels true.

Applied to the signal and to what it is compared with alike: a time shift below
one analysis hop and a gentle spectral tilt. Metrics that compare two signals are
blind to both by construction up to band weighting; the tilt is bounded so that
PESQ of a 4 s clip moves by less than 0.05 (a test measures it). DNSMOS moves by less
than 0.04 on average from the tilt, and by 0.05 to 0.2 from the shift: it depends on
where its own frames fall (13 clips of 4 s, 4 of them real). So the shift averages
over an error that the DNSMOS labels have in themselves.
"""

from __future__ import annotations

import torch

MAX_SHIFT = 256  # samples
MAX_TILT = 0.15  # coefficient of 1 + a z^-1: at most 2.6 dB between 0 and 8 kHz


def same_quality(
    signals: list[torch.Tensor],
    generator: torch.Generator,
    like: torch.Tensor | None = None,
) -> list[torch.Tensor]:
    """Shift and tilt each row of all signals in the same random way.

    Args:
        signals: tensors (batch, time) that belong together row by row.
        generator: CPU generator; the global random state is not touched.
        like: (batch,) the row whose tilt a row gets, for rows to be compared; None
            gives each its own.

    Returns:
        Changed copies, same shapes, differentiable.
    """
    batch = signals[0].shape[0]
    shift = int(torch.randint(MAX_SHIFT, (1,), generator=generator))
    tilt = (2 * torch.rand(batch, 1, generator=generator) - 1) * MAX_TILT
    tilt = tilt if like is None else tilt[like.cpu()]
    changed = []
    for signal in signals:
        moved = torch.roll(signal, shift, dims=1)
        before = torch.nn.functional.pad(moved, (1, 0))[:, :-1]
        changed.append(moved + tilt.to(signal) * before)
    return changed
