"""WavLM as a front end: frozen weights, the gradient through them, where they are."""

from pathlib import Path

import pytest
import torch

from sqase.backbones.wavlm import WavLM
from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel

ONE = torch.tensor([True])
LENGTH = torch.tensor([16000])
HEADS = {"stoi": {"low": 0, "high": 1}}


@pytest.fixture
def wave():
    return torch.randn(1, 16000, generator=torch.Generator().manual_seed(0)) * 0.05


def test_representation_is_that_of_the_library(wavlm_folder, wave):
    backbone = WavLM(wavlm_folder).eval()
    with torch.no_grad():
        backbone.layers[0] = 30.0  # all weight on the first of the layers
        found = backbone._represent(wave[:, :15760], 49)  # the end of a frame
        output = backbone.wavlm(wave[:, :15760], output_hidden_states=True)
    torch.testing.assert_close(found, output.hidden_states[0])


def test_large_models_hear_a_normalised_signal(large_wavlm_folder, wave):
    backbone = WavLM(large_wavlm_folder).eval()
    loud, _ = backbone(3 * wave + 0.1, wave, ~ONE, LENGTH)
    plain, _ = backbone(wave, wave, ~ONE, LENGTH)
    torch.testing.assert_close(loud, plain, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("freeze", [True, False])
def test_frozen_weights_stay_and_pass_the_gradient(wavlm_folder, wave, freeze):
    conf = {"weights": wavlm_folder, "dim": 8, "freeze": freeze}
    assessor = Assessor(SQAModel(HEADS, "wavlm", conf, blocks=1), {})
    assessor.unfreeze()
    wavlm = assessor.model.backbone.wavlm
    assert wavlm.training is not freeze and assessor.model.blocks.training
    wave.requires_grad_()
    assessor(wave).sum().backward()
    assert wave.grad.abs().max() > 0
    touched = [p.grad is not None for p in wavlm.parameters()]
    assert not any(touched) if freeze else any(touched)
    assert assessor.model.backbone.layers.grad is not None
    names = {id(p) for p in assessor.model.trained_parameters()}
    assert names.isdisjoint(map(id, wavlm.parameters())) is freeze


def test_an_assessor_is_saved_and_loaded_with_its_weights(wavlm_folder, wave, tmp_path):
    conf = {
        "heads": HEADS,
        "backbone": "wavlm",
        "backbone_conf": {"dim": 8},
        "blocks": 1,
    }
    conf["backbone_conf"]["weights"] = wavlm_folder
    assessor = Assessor(SQAModel(**conf), {"model": conf})
    assessor.save(tmp_path / "assessor")
    Path(wavlm_folder).rename(tmp_path / "elsewhere")  # it is not needed again
    try:
        again = Assessor.load(tmp_path / "assessor")
    finally:
        (tmp_path / "elsewhere").rename(wavlm_folder)
    assert torch.equal(again(wave), assessor(wave))
    assert not any(p.requires_grad for p in again.parameters())


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(ValueError, match="backbone wavlm: weights: .*nowhere"):
        WavLM(str(tmp_path / "nowhere"))
