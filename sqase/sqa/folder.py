"""The folder of an assessor: config.json and model.safetensors, and no code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

import safetensors.torch
import torch

from sqase.runtime.atomic import replacing
from sqase.runtime.text import read_json
from sqase.sqa.model import SQAModel
from sqase.sqa.weights import load_weights

CONFIG, WEIGHTS = "config.json", "model.safetensors"


def write(folder: Path, model: SQAModel, config: Mapping[str, Any]) -> None:
    """Write both files, the weights last.

    Args:
        folder: made if needed.
        model: the network.
        config: see `sqase.sqa.assessor.Assessor`.
    """
    arguments = dict(config["model"])
    own = getattr(model.backbone, "without_weights", {})
    arguments["backbone_conf"] = {**arguments.get("backbone_conf", {}), **own}
    with replacing(folder / CONFIG) as part:
        text = json.dumps({**config, "model": arguments}, indent=1)
        part.write_text(text, encoding="utf-8")
    with replacing(folder / WEIGHTS) as part:
        state = {k: v.contiguous() for k, v in model.state_dict().items()}
        part.write_bytes(safetensors.torch.save(state))


def read(folder: Path) -> tuple[SQAModel, dict[str, Any]]:
    """What `write` wrote; neither a network is used nor a random number.

    Raises:
        FileNotFoundError: no assessor in that folder.
        ValueError: one that is not whole; see `load_weights`.
    """
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"assessor {folder}: expected a file {name}, found none. "
                "Train one (stage 4) or give another folder"
            )
    config = read_json(folder / CONFIG)
    try:
        with torch.random.fork_rng(devices=()):  # it draws weights that go again
            model = SQAModel(**config["model"])
    except Exception as error:  # each layer refuses in its own way
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{folder / CONFIG}: expected the settings of an assessor, got others "
            f"({reason}). Train one (stage 4) or give another folder"
        ) from None
    load_weights(model, folder / WEIGHTS, CONFIG)
    return model, config
