"""Export a trained enhancer: for this package, and for ESPnet without it."""

from __future__ import annotations

from pathlib import Path

import safetensors.torch
import torch
import yaml

from sqase.data.heard import keep_heard
from sqase.runtime.atomic import replacing
from sqase.tasks.enhance import EXPORTED, model_files
from sqase.tasks.network import load_network
from sqase.tasks.preset import refuse_preset

FOR_ESPNET = "model.pth"
_OURS = ("guide_conf", "real_per_batch", "fresh_mixtures", "bfloat16")
_OF_THE_RUN = (  # paths that mean nothing elsewhere
    "config",
    "output_dir",
    "init_param",
    "train_shape_file",
    "valid_shape_file",
    "train_data_path_and_name_and_type",
    "valid_data_path_and_name_and_type",
)
_STOCK = {  # in place of what stock ESPnet does not know
    "iterator_type": "sequence",
    "criterions": [
        {"name": "si_snr", "conf": {}, "wrapper": "fixed_order", "wrapper_conf": {}}
    ],
}


def export(model_dir: str | Path, output_dir: str | Path) -> None:
    """Write config.yaml and the selected checkpoint, model.pth and model.safetensors.

    ESPnet reads the former, `sqase.tasks.enhance` the latter, which runs no code.

    The network, its weights and its options stay as they are; the losses, which
    decoding does not use, become a stock one.

    Args:
        model_dir: ESPnet experiment directory of a baseline or an arm.
        output_dir: made if needed.

    Raises:
        FileNotFoundError, ValueError: see `model_files` and `load_network`; a preset,
            which ESPnet would not apply.
    """
    output_dir = Path(output_dir)
    refuse_preset(model_dir)
    config, weights = model_files(model_dir)
    model, settings = load_network(config, weights)
    kept = {k: v for k, v in settings.items() if k not in (*_OURS, *_OF_THE_RUN)}
    with replacing(output_dir / "config.yaml") as part:
        part.write_text(yaml.safe_dump({**kept, **_STOCK}), encoding="utf-8")
    keep_heard(model_dir, output_dir)
    state = model.state_dict()
    with replacing(output_dir / FOR_ESPNET) as part:
        torch.save(state, part)
    with replacing(output_dir / EXPORTED) as part:
        own = {name: value.contiguous() for name, value in state.items()}
        part.write_bytes(safetensors.torch.save(own))
