"""Any trained ESPnet enhancement model, to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import yaml

from sqase.pretrained import ENHANCER
from sqase.runtime.atomic import replacing
from sqase.runtime.config import read_yaml
from sqase.sqa.weights import load_weights
from sqase.tasks.enhance import EXPORTED, SAMPLE_RATE, SELECTED, model_files
from sqase.tasks.export import FOR_ESPNET
from sqase.tasks.network import NETWORK, build_network, load_network
from sqase.tasks.preset import refuse_preset

CHECKPOINTS = (
    *(SELECTED, "valid.loss.ave.pth", "valid.loss.best.pth"),
    *(FOR_ESPNET, EXPORTED),
)
"""Taken from a folder, the first that is there: the one selected here, the one that
ESPnet's recipes decode with, its best, an exported one, also as safetensors."""

_PACKED = "meta.yaml"  # says what is where in an unpacked model of ESPnet's zoo


def find_model(path: str | Path) -> tuple[Path, Path]:
    """config.yaml and weights of a trained model.

    Args:
        path: a training folder, a file of weights with its config.yaml beside it, or
            an unpacked model of ESPnet's zoo.

    Raises:
        FileNotFoundError: one of the two is not there.
        ValueError: the zoo's model is of another task; a folder with a preset.
    """
    path = Path(path)
    refuse_preset(path)
    if (path / _PACKED).is_file():
        files = read_yaml(path / _PACKED).get("files")
        if not isinstance(files, dict) or "model_file" not in files:
            raise ValueError(
                f"{path / _PACKED}: expected model_file among its files, as in a model "
                f"of enhancement, got {', '.join(files or ['none'])}. Give another one"
            )
        path = path / files["model_file"]
    if path.suffix == ".pth":
        return model_files(path.parent, path.name)
    found = [name for name in CHECKPOINTS if (path / name).is_file()]
    return model_files(path, (found or CHECKPOINTS)[0])


def network_settings(
    config: Path, weights: Path, sample_rate: int | None
) -> dict[str, Any]:
    """The settings that make the network, proven to fit the weights.

    Args:
        config, weights: see `find_model`.
        sample_rate: Hz, of the model; None: what its settings say.

    Returns:
        Part of ESPnet's settings, `sample_rate` among them.

    Raises:
        ValueError: no enhancement model, one of another sampling rate or with several
            outputs, or other weights.
    """
    model, settings = build_network(config)
    rate = sample_rate or settings.get("sample_rate")
    if rate != SAMPLE_RATE:
        raise ValueError(
            f"{config}: sample_rate: expected {SAMPLE_RATE}, got {rate}. Give a model "
            "for that rate. If it is one (ESPnet writes 8000 where a recipe says "
            f"nothing), put sample_rate: {SAMPLE_RATE} into the settings"
        )
    if model.num_spk != 1:
        raise ValueError(
            f"{config}: expected a model for one speaker, got one for {model.num_spk}. "
            "Give another one"
        )
    load_weights(model, weights, config.name)
    network = {key: settings[key] for key in NETWORK if key in settings}
    return {**network, "sample_rate": rate}


def start_from(
    model: str, sample_rate: int | None = None
) -> tuple[dict[str, Any], Path]:
    """For a training that goes on from a trained model.

    Args:
        model: see `find_model`; "packaged": the enhancer of the package.
        sample_rate: see `network_settings`.

    Returns:
        The settings of its network, and its weights.

    Raises:
        FileNotFoundError, ValueError: see `find_model` and `network_settings`.
    """
    config, weights = find_model(ENHANCER if model == "packaged" else model)
    return network_settings(config, weights, sample_rate), weights


def import_model(path: str | Path, output_dir: str | Path) -> dict[str, Any]:
    """Lay a trained model down as the training of one epoch leaves it.

    Args:
        path: see `find_model`.
        output_dir: made if needed; gets config.yaml, without losses, and 1epoch.pth.

    Returns:
        See `network_settings`.
    """
    config, weights = find_model(path)
    network = network_settings(config, weights, None)
    with replacing(Path(output_dir) / "config.yaml") as part:
        bare = {**network, "init": None, "criterions": []}
        part.write_text(yaml.safe_dump(bare), encoding="utf-8")
    model, _ = load_network(config, weights)
    with replacing(Path(output_dir) / "1epoch.pth") as part:
        torch.save(model.state_dict(), part)
    return network
