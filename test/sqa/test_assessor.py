"""A trained quality model on disk and in use."""

import pytest
import torch

from sqase.sqa.assessor import Assessor, measure_ceilings
from sqase.sqa.model import MODES


def test_save_and_load_give_the_same_scores_and_facts(assessor, speech, tmp_path):
    assessor.save(tmp_path / "a")
    loaded = Assessor.load(tmp_path / "a")
    assert loaded.config == assessor.config and loaded.metrics == assessor.metrics
    assert torch.equal(loaded(speech), assessor(speech))
    assert loaded.spread.tolist() == [0.5, 8.0]


@pytest.mark.parametrize("name", ["config.yaml", "model.safetensors"])
def test_missing_file_is_named(assessor, tmp_path, name):
    assessor.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"expected a file {name}"):
        Assessor.load(tmp_path)


def test_frozen_yet_the_waveform_has_a_gradient(assessor, speech):
    assert not assessor.training
    speech.requires_grad_()
    assessor(speech).sum().backward()
    assert speech.grad.abs().max() > 0
    assert all(p.grad is None and not p.requires_grad for p in assessor.parameters())


def test_float32_under_autocast(assessor, speech):
    expected = assessor(speech)
    with torch.autocast("cpu", torch.bfloat16):
        assert assessor.model(speech).sub(expected).abs().max() > 0  # it does act
        scores = assessor(speech)
    assert scores.dtype == torch.float32 and torch.equal(scores, expected)


def test_ceilings_are_scores_of_clean_speech_or_a_percentile(assessor, speech):
    ceilings = measure_ceilings(
        assessor, list(speech), {"si_snr": [float(i) for i in range(11)]}
    )
    assert set(ceilings) == set(MODES)
    for mode in MODES:
        scores = assessor(speech, second=speech, mode=mode)[:, 0]
        assert ceilings[mode]["pesq_wb"] == pytest.approx(
            scores.mean().item(), abs=1e-3
        )
        assert ceilings[mode]["si_snr"] == 9.0


def test_ceilings_without_clean_speech_are_what_one_in_ten_reaches(assessor):
    assessor.config["directions"] = {"pesq_wb": "higher", "si_snr": "lower"}
    labels = {name: list(range(11)) for name in assessor.metrics}
    ceilings = measure_ceilings(assessor, [], labels)
    assert ceilings["blind"] == {"pesq_wb": 9.0, "si_snr": 1.0}
