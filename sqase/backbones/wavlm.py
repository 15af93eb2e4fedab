"""WavLM of the transformers library: speech representations learned from raw sound.

S. Chen et al., "WavLM: Large-scale self-supervised pre-training for full stack speech
processing", IEEE JSTSP 16(6), 2022.
"""

from __future__ import annotations

from typing import Any, Mapping

import torch
from torch import nn
from transformers import AutoConfig, AutoModel


class WavLM(nn.Module):
    """Weighted sum of all layers, of the signal and of its difference to the second.

    Rows are processed at their own length: the group normalisation of the base models
    runs over time, so that padding would change what they say. Each row is extended
    with zeros to the end of its last frame, so that every sample is in one.

    Args:
        weights: name of a model on the Hugging Face hub (fetched once) or a folder
            with its config.json and weights. The content of such a config.json makes
            a model of random weights. Code that comes with it is not run.
        dim: features per output frame, 20 ms.
        freeze: whether training leaves the weights as they are. The model then stays
            in eval mode; the gradient to the waveform passes all the same.

    Raises:
        ValueError: there are no such weights.
    """

    def __init__(
        self,
        weights: str | Mapping[str, Any] = "microsoft/wavlm-base-plus",
        dim: int = 256,
        freeze: bool = True,
    ):
        super().__init__()
        try:
            if isinstance(weights, Mapping):
                config = AutoConfig.for_model(**weights)
                self.wavlm = AutoModel.from_config(config, trust_remote_code=False)
            else:
                self.wavlm = AutoModel.from_pretrained(weights, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"backbone wavlm: weights: expected a model of the Hugging Face hub or "
                f"a folder with config.json and model.safetensors, got {weights!r}. "
                "Without a network, fetch it elsewhere and give the folder"
            ) from error
        config = self.wavlm.config
        self.dim = dim
        self.freeze = freeze
        self.wavlm.requires_grad_(not freeze)
        # makes its input a leaf for gradient checkpointing; ours has a history
        self.wavlm.feature_extractor._requires_grad = False
        # the large models were trained on signals of mean 0 and variance 1
        self.normalise = config.feat_extract_norm == "layer"
        self.window, self.hop = 1, 1
        for kernel, stride in zip(config.conv_kernel, config.conv_stride):
            self.window += (kernel - 1) * self.hop
            self.hop *= stride
        self.layers = nn.Parameter(torch.zeros(config.num_hidden_layers + 1))
        self.project = nn.Linear(2 * config.hidden_size, dim)
        self.norm = nn.LayerNorm(dim)

    @property
    def without_weights(self) -> dict[str, Any]:
        """See `sqase.backbones`."""
        settings = self.wavlm.config.to_diff_dict()
        return {"weights": {k: v for k, v in settings.items() if k[0] != "_"}}

    def train(self, mode: bool = True) -> "WavLM":
        """See `torch.nn.Module.train`; frozen weights stay in eval mode."""
        super().train(mode)
        if self.freeze:
            self.wavlm.eval()
        return self

    def forward(
        self,
        speech: torch.Tensor,
        second: torch.Tensor,
        has_second: torch.Tensor,
        lengths: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """See `sqase.backbones`."""
        steps = (lengths - self.window).clamp(min=0)
        frames = (steps + self.hop - 1) // self.hop + 1
        features = speech.new_zeros(len(speech), int(frames.max()), self.dim)
        for length in lengths.unique().tolist():
            rows = (lengths == length).nonzero().squeeze(1)
            compared = rows[has_second[rows]]
            count = int(frames[rows[0]])
            own = self._represent(speech[rows, :length], count)
            change = torch.zeros_like(own)
            if len(compared):
                other = self._represent(second[compared, :length], count)
                change[has_second[rows]] = own[has_second[rows]] - other
            both = torch.cat([own, change], 2)
            features[rows, :count] = self.norm(self.project(both))
        return features, frames

    def _represent(self, wave: torch.Tensor, frames: int) -> torch.Tensor:
        """(rows, time) -> (rows, frames, hidden size)."""
        if self.normalise:
            wave = nn.functional.layer_norm(wave, wave.shape[1:])
        end = (frames - 1) * self.hop + self.window
        wave = nn.functional.pad(wave, (0, end - wave.shape[1]))
        hidden = self.wavlm(wave, output_hidden_states=True).hidden_states
        weights = self.layers.softmax(0)
        return sum(weight * layer for weight, layer in zip(weights, hidden))
