"""A trained quality model with the facts that its users need; save and load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import yaml
from torch import nn

from sqase.atomic import replacing
from sqase.sqa.model import MODES, SQAModel

SAMPLE_RATE = 16000


class Assessor(nn.Module):
    """A quality model, frozen for use: eval mode, no gradient to its weights.

    The graph to the waveform is kept, so a score can supervise an enhancer.

    Attributes:
        model: the network.
        config: {"model": arguments of `SQAModel`,
            "spread": {metric: standard deviation of the training labels},
            "directions": {metric: "higher" or "lower"},
            "ceilings": {mode: {metric: score beyond which there is nothing to gain}}}
    """

    def __init__(self, model: SQAModel, config: dict[str, Any]):
        super().__init__()
        self.model = model
        self.config = config
        self.freeze()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics predicted, in the order of the model's output."""
        return self.model.metrics

    @property
    def spread(self) -> torch.Tensor:
        """(metrics,) standard deviation of the training labels, metric units."""
        values = [self.config["spread"][name] for name in self.metrics]
        return torch.tensor(values, device=self.model.low.device)

    def sign(self, metric: str) -> int:
        """1 where a higher score of the metric is better, -1 where a lower one is."""
        return 1 if self.config["directions"][metric] == "higher" else -1

    def freeze(self) -> None:
        """Stop training the weights."""
        self.eval().requires_grad_(False)

    def unfreeze(self) -> None:
        """Go on training those weights that were trained."""
        self.train()
        for parameter in self.model.trained_parameters():
            parameter.requires_grad_(True)

    def forward(self, *args, **kwargs) -> torch.Tensor:
        """As `SQAModel.forward`, in float32 whatever autocast is active."""
        device = next(self.model.parameters()).device.type
        with torch.autocast(device, enabled=False):
            return self.model(*args, **kwargs)

    def save(self, folder: str | Path) -> None:
        """Write config.yaml and model.safetensors (the latter last)."""
        folder = Path(folder)
        with replacing(folder / "config.yaml") as part:
            part.write_text(yaml.safe_dump(self.config, sort_keys=False))
        with replacing(folder / "model.safetensors") as part:
            state = {k: v.contiguous() for k, v in self.model.state_dict().items()}
            safetensors.torch.save_file(state, part)

    @classmethod
    def load(cls, folder: str | Path) -> "Assessor":
        """Load what `save` wrote.

        Raises:
            FileNotFoundError: no assessor in that folder.
        """
        folder = Path(folder)
        for name in ("config.yaml", "model.safetensors"):
            if not (folder / name).is_file():
                raise FileNotFoundError(
                    f"assessor {folder}: expected a file {name}, found none. "
                    "Train one (stage 4) or give another folder"
                )
        config = yaml.safe_load((folder / "config.yaml").read_text())
        model = SQAModel(**config["model"])
        model.load_state_dict(safetensors.torch.load_file(folder / "model.safetensors"))
        return cls(model, config)


@torch.no_grad()
def measure_ceilings(
    assessor: Assessor, clean: list[torch.Tensor], real: dict[str, list[float]]
) -> dict[str, dict[str, float]]:
    """Where guidance should stop pulling, per mode and metric.

    For most metrics this is the score that the assessor itself gives to clean
    speech. Metrics without an upper bound in practice (SI-SNR, SDR), and all where
    there is no clean speech, stop at what one in ten outputs of real systems reaches.

    Args:
        assessor: the assessor.
        clean: clean validation clips, each (time,) at 16 kHz; may be empty.
        real: metric -> labels of real systems, for the metrics that stop there.

    Returns:
        {mode: {metric: score}}.
    """
    ceilings = {}
    for mode in MODES:
        clips = [assessor(c[None], second=c[None], mode=mode)[0] for c in clean]
        scores = torch.stack(clips).mean(0) if clips else ()
        ceilings[mode] = {
            name: round(float(score), 4)
            for name, score in zip(assessor.metrics, scores)
        }
        for name, labels in real.items():
            share = 0.9 if assessor.sign(name) > 0 else 0.1
            quantile = torch.quantile(torch.tensor(labels, dtype=torch.float32), share)
            ceilings[mode][name] = round(float(quantile), 4)
    return ceilings
