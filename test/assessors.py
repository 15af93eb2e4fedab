"""A small assessor of random weights, for tests that only use one."""

from pathlib import Path

import torch

from sqase.metrics import METRICS
from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel
from sqase.sqa.modes import MODES

HEADS = ("stoi", "si_snr")  # quick to score


def write_assessor(folder: Path) -> None:
    """One that always sees something to gain."""
    facts = [METRICS.load(name) for name in HEADS]
    model = {
        "heads": {m.name: {"low": m.low, "high": m.high} for m in facts},
        "backbone_conf": {"dim": 12, "channels": 4},
        "blocks": 2,
    }
    facts_of_use = {
        "model": model,
        "spread": {m.name: (m.high - m.low) / 5 for m in facts},
        "directions": {m.name: m.direction for m in facts},
        "ceilings": {mode: {m.name: m.high for m in facts} for mode in MODES},
    }
    torch.manual_seed(0)
    Assessor(SQAModel(**model), facts_of_use).save(folder)
