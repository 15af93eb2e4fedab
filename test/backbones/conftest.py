"""A WavLM model of random weights, small enough to make on the spot."""

import pytest
import torch
from transformers import WavLMConfig, WavLMModel

SMALL = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}


def save(folder, **changes) -> str:
    torch.manual_seed(0)
    WavLMModel(WavLMConfig(**{**SMALL, **changes})).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def wavlm_folder(tmp_path_factory):
    """As the base models: group normalisation over time."""
    return save(tmp_path_factory.mktemp("wavlm"))


@pytest.fixture(scope="session")
def large_wavlm_folder(tmp_path_factory):
    """As the large model: normalised input, layer normalisation."""
    folder = tmp_path_factory.mktemp("wavlm_large")
    return save(folder, feat_extract_norm="layer", do_stable_layer_norm=True)
