"""Weights from a file into a network: exactly its own, and no code."""

from __future__ import annotations

import zipfile
from pathlib import Path

import safetensors.torch
import torch
from torch import nn


def load_weights(model: nn.Module, path: str | Path, settings: str) -> None:
    """Load weights into a network, from safetensors or what torch has saved.

    Args:
        model: gets them, on the device that it is on.
        path: the file; anybody may have made it.
        settings: name of the file that the network was made from, for the error.

    Raises:
        ValueError: no such weights; or not those of this network: some lack, some are
            too many, of another shape, or not finite.
    """
    path = Path(path)
    try:
        if path.suffix == ".safetensors":
            state = safetensors.torch.load_file(path)
        else:
            if zipfile.is_zipfile(path) and (bad := zipfile.ZipFile(path).testzip()):
                raise ValueError(f"{bad} has another checksum")  # torch does not look
            state = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(state)
    except Exception as error:  # what is no such file makes both raise all kinds
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{path}: expected the weights of the network in {settings}, got others "
            f"({reason}). Give the weights of an epoch"
        ) from None
    for name, value in state.items():
        if not torch.isfinite(value).all():
            raise ValueError(
                f"{path}: expected finite weights, got NaN or infinity in {name}. "
                "Train it again or give other weights"
            )
