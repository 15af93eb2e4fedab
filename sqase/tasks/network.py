"""From the files of an enhancement model to its network: the only way.

Anybody may have made these files. So settings are plain data, of which those of the
network alone are used, weights are tensors alone, and weights that are not exactly
those of that network are refused.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sqase.runtime.config import read_yaml
from sqase.sqa.weights import load_weights
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.model import GuidedEnhancementModel

NETWORK = (
    *("encoder", "encoder_conf", "separator", "separator_conf", "mask_module"),
    *("mask_module_conf", "decoder", "decoder_conf", "model_conf"),
)
"""ESPnet's settings that make the network."""

_NEEDED = ("encoder", "separator", "decoder")


def build_network(config: Path) -> tuple[GuidedEnhancementModel, dict[str, Any]]:
    """A network of random weights, without losses, and all settings beside it.

    Args:
        config: config.yaml of an ESPnet experiment, or of an exported model.

    Raises:
        ValueError: no settings of an enhancement model.
    """
    settings = read_yaml(config)
    if not all(map(settings.get, _NEEDED)):
        raise ValueError(
            f"{config}: expected the settings of an ESPnet enhancement model "
            f"({', '.join(_NEEDED)}), got others. Give the folder of one"
        )
    if settings.get("diffusion_model"):
        raise ValueError(
            f"{config}: expected a model that enhances in one pass, got the diffusion "
            f"model {settings['diffusion_model']}. Give another one"
        )
    network = {key: settings[key] for key in NETWORK if key in settings}
    try:
        model = GuidedEnhancementTask.build_model(
            argparse.Namespace(**network, init=None, criterions=[])
        )
    except Exception as error:  # any layer of ESPnet may refuse, each in its own way
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{config}: expected the settings of a network of ESPnet, got others "
            f"({reason}). Give the folder of a trained model"
        ) from None
    return model, settings


def load_network(
    config: Path, weights: Path
) -> tuple[GuidedEnhancementModel, dict[str, Any]]:
    """A trained network, and its settings.

    Args:
        config: see `build_network`.
        weights: of an epoch, or exported.

    Raises:
        ValueError: see `build_network` and `load_weights`.
    """
    model, settings = build_network(config)
    load_weights(model, weights, config.name)
    return model, settings
