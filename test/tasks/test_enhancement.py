"""Importing and registering: quiet, offline, once; the quality model stays apart."""

import subprocess
import sys

import pytest
import torch
from espnet2.tasks.enh import criterion_choices
from lab import build

from sqase.tasks.criterion import MultiResolutionL1Criterion, SQACriterion
from sqase.tasks.enhancement import GuidedEnhancementTask, register
from sqase.tasks.wrapper import GuidedWrapper

IMPORT_OFFLINE = """
import socket
def refuse(*args, **kwargs):
    raise SystemExit(f"network: {args}")
socket.getaddrinfo = socket.socket.connect = refuse
import sqase.tasks.arms, sqase.tasks.enhancement, sqase.tasks.sqa_training
"""


def test_import_prints_nothing_and_needs_no_network():
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_OFFLINE], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_registered_once_under_lower_case_names_of_the_right_kind():
    register(criterion_choices, "sqa", SQACriterion)  # spawned processes do it again
    with pytest.raises(ValueError, match="cannot register 'sqa'"):
        register(criterion_choices, "sqa", MultiResolutionL1Criterion)
    with pytest.raises(ValueError, match="cannot register 'SQA'"):
        register(criterion_choices, "SQA", SQACriterion)
    with pytest.raises(TypeError, match="expected .*AbsEnhLoss"):
        register(criterion_choices, "guided", GuidedWrapper)
    assert "guided" not in criterion_choices.classes


def test_the_quality_model_is_no_part_of_the_enhancer(lab, tmp_path):
    model = build(GuidedEnhancementTask, lab.settings("refreshed", tmp_path))
    assessor = model.guide.assessor()
    before = {k: v.clone() for k, v in assessor.state_dict().items()}
    assert model.state_dict().keys() == torch.load(lab.baseline).keys()
    assert not set(map(id, model.parameters())) & set(map(id, assessor.parameters()))
    model.train().to(torch.float64).requires_grad_(True)
    assert not assessor.training and not assessor.model.training
    for name, value in assessor.state_dict().items():
        assert value.dtype == torch.float32 and torch.equal(value, before[name])
    assert not any(p.requires_grad for p in assessor.parameters())


def test_a_criterion_without_assessor_says_so_when_used_not_when_built():
    criterion = SQACriterion(heads={"stoi": 1.0})
    with pytest.raises(ValueError, match="criterion sqa: expected an assessor"):
        criterion(None, torch.zeros(1, 8000))
