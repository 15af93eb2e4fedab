"""What a finished training run writes down about itself: unit.json, last of all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any, Mapping, Sequence

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from sqase.data.digest import digest_data_dir, digest_scp
from sqase.data.rows import COMMITTEE
from sqase.runtime.atomic import replacing
from sqase.runtime.timing import real_time_factor
from sqase.tasks.enhance import SAMPLE_RATE, Enhancer
from sqase.tasks.selection import (
    START,
    epochs_of,
    mark_selected,
    select,
    spread_of,
    validation_scores,
)
from sqase.tasks.trainer import load_checkpoint


def finish_unit(
    output_dir: str | Path,
    settings: Mapping[str, Any],
    valid_dir: str | Path,
    data_dirs: Sequence[str | Path],
    metrics: Sequence[str],
    nj: int,
    spread: Mapping[str, float] | None = None,
    epochs: int = 4,
    arm: Mapping[str, Any] | None = None,
    committee: Mapping[Path, Path] = MappingProxyType({}),
) -> dict[str, Any]:
    """Choose the checkpoint on the validation set and write unit.json.

    Args:
        output_dir: ESPnet experiment directory whose training is complete, or what
            `sqase.tasks.adaptation.import_model` wrote.
        settings: what is digested to tell units apart that must not be mixed.
        valid_dir: validation set.
        data_dirs: training data, digested.
        metrics: true metrics of the selection.
        nj: scoring processes.
        spread: metric -> spread over the baseline's validation outputs; None for
            the baseline itself, which uses that of its last epoch.
        epochs: how many of the last epochs are candidates, beside the start.
        arm: what an arm changes in the settings, digested by itself, so that
            units of other arms need not know of it; None for the baseline.
        committee: see `combine`; what the training heard of it is digested, too.

    Returns:
        The content of unit.json.

    Raises:
        ValueError: see `spread_of`.
    """
    output_dir = Path(output_dir)
    known = epochs_of(output_dir)
    candidates = [e for e in known if e == START] + [e for e in known if e][-epochs:]
    scores = validation_scores(output_dir, candidates, valid_dir, metrics, nj)
    if spread is None:
        spread = spread_of(scores[candidates[-1]], valid_dir)
    epoch = select(scores, spread)
    mark_selected(output_dir, epoch)
    heard = {
        f"committee of {folder.name}": digest_scp(made / COMMITTEE)
        for folder, made in committee.items()
    }
    sets = {Path(d).name: digest_data_dir(d) for d in (*data_dirs, valid_dir)}
    unit = {
        "data_digest": sets | heard,
        "config_digest": digest_settings(settings),
        "selected_epoch": epoch,
        "spread": spread,
        "validation": scores,
        **_reported(output_dir),
        **complexity(Enhancer(output_dir)),
    }
    if arm is not None:
        unit["arm_digest"] = digest_settings(arm)
    with replacing(output_dir / "unit.json") as part:
        part.write_text(json.dumps(unit, indent=1), encoding="utf-8")
    return unit


def digest_settings(settings: Mapping[str, Any]) -> str:
    """SHA-256 of settings, whatever the order of their keys."""
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _reported(output_dir: Path) -> dict[str, Any]:
    """From ESPnet's reporter: time in updates, summed over all epochs, and the gap of
    each epoch, the mean over its refreshes, of the judge and of the bystander: {epoch:
    {metric: predicted minus true}}. Nothing is known of a model that was trained elsewhere."""
    path = output_dir / "checkpoint.pth"
    if not path.is_file():
        return {}
    state = load_checkpoint(path)
    epochs = {e: phases["train"] for e, phases in state["reporter"]["stats"].items()}
    seconds = sum(phase["time"].total_seconds() for phase in epochs.values())
    updates = max(phase["total_count"] for phase in epochs.values())
    return {
        "seconds": round(seconds, 1),
        "step_seconds": round(seconds / updates, 4),
        "gap": _gap(epochs, "gap_"),
        "bystander_gap": _gap(epochs, "bystander_gap_"),
    }


def _gap(epochs: Mapping[int, Mapping[str, Any]], prefix: str) -> dict[int, dict]:
    """Epoch -> metric -> value, of the epochs that have one."""
    gap = {
        epoch: {
            name.removeprefix(prefix): float(value)
            for name, value in phase.items()
            if name.startswith(prefix) and np.isfinite(value)
        }
        for epoch, phase in epochs.items()
    }
    return {epoch: values for epoch, values in gap.items() if values}


def complexity(enhancer: Enhancer, seconds: float = 4.0) -> dict[str, float]:
    """Parameters, MACs per second of sound, and real-time factor of one thread here.

    MACs are those of matrix products and convolutions, half of the floating point
    operations that torch counts, and of recurrent layers, each weight once a frame.
    """
    wave = np.random.default_rng(0).standard_normal(int(seconds * SAMPLE_RATE))
    wave = (0.05 * wave).astype(np.float32)
    recurrent = [0]

    def count(module, inputs, output) -> None:
        frames = output[0].data.shape[:-1].numel()  # packed or not
        recurrent[0] += frames * sum(
            p.numel() for n, p in module.named_parameters() if "weight" in n
        )

    layers = [m for m in enhancer.model.modules() if isinstance(m, torch.nn.RNNBase)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with FlopCounterMode(display=False) as counter:
        enhancer(wave)
    for hook in hooks:
        hook.remove()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the published enhancers run
    rtf = real_time_factor(lambda: enhancer(wave), seconds)
    torch.set_num_threads(threads)
    return {
        "parameters": sum(p.numel() for p in enhancer.model.parameters()),
        "macs_per_s": round((counter.get_total_flops() / 2 + recurrent[0]) / seconds),
        "rtf": rtf,
    }
