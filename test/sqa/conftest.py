"""A small quality model and signals for it."""

import pytest
import signals
import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel

HEADS = {"pesq_wb": {"low": 1.0, "high": 4.65}, "si_snr": {"low": -20, "high": 35}}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return SQAModel(HEADS, backbone_conf={"dim": 16, "channels": 4}, blocks=2).eval()


@pytest.fixture
def assessor(model):
    config = {
        "model": {
            "heads": HEADS,
            "backbone_conf": {"dim": 16, "channels": 4},
            "blocks": 2,
        },
        "spread": {"pesq_wb": 0.5, "si_snr": 8.0},
        "directions": dict.fromkeys(HEADS, "higher"),
        "ceilings": {"blind": {"pesq_wb": 4.0, "si_snr": 20.0}},
    }
    return Assessor(model, config)


@pytest.fixture
def speech():
    """(2, 16000): two noisy voices."""
    rows = [
        signals.mix(signals.speech_like(1, s), signals.noise_like(1, s), 10)
        for s in (0, 1)
    ]
    return torch.tensor([row.tolist() for row in rows])
