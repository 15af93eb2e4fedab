"""What a clip is heard beside in training: a mode, and some members of its committee."""

from __future__ import annotations

from typing import Sequence

import torch


def draw_modes(
    possible: torch.Tensor, weights: Sequence[float], generator: torch.Generator
) -> torch.Tensor:
    """Draw a mode for each row among those it can be heard in.

    Args:
        possible: (batch, modes) bool; blind is always possible.
        weights: one for each of `MODES`.
        generator: CPU generator.

    Returns:
        (batch,) indices into `MODES`.
    """
    share = possible * torch.tensor(weights, dtype=torch.float32)
    share[:, 0] += (share.sum(1) == 0).float()
    return torch.multinomial(share, 1, generator=generator).squeeze(1)


def some_members(
    members: torch.Tensor,
    allowed: torch.Tensor,
    generator: torch.Generator,
    like: torch.Tensor | None = None,
) -> torch.Tensor:
    """The committee as training hears it: each time other members, two at least.

    Args:
        members: (batch, time, members).
        allowed: (batch, members) bool, those that a row's committee may be made of.
        generator: CPU generator.
        like: (batch,) the row whose draw a row gets, for rows to be compared; None
            gives each its own.

    Returns:
        (batch, time, members), zeros for those that are none; all that is allowed
        where that is one member or none.
    """
    allowed = allowed.cpu()
    like = torch.arange(len(allowed)) if like is None else like.cpu()
    order = torch.rand(allowed.shape, generator=generator)[like]
    order = order.masked_fill(~allowed, 2.0)
    most = allowed.sum(1)
    share = torch.rand(len(most), generator=generator)[like]
    count = 2 + (share * (most - 1).clamp(min=0)).long()
    chosen = (order.argsort(1).argsort(1) < count[:, None]) & allowed
    return members * chosen[:, None].to(members)
