"""A trained quality model on disk and in use."""

import json
import subprocess
import sys

import numpy as np
import pytest
import signals
import torch
from corpora import write

import sqase
from sqase.losses.sqa import SQALoss
from sqase.sound import audio
from sqase.sqa.assessor import Assessor
from sqase.sqa.ceilings import measure_ceilings
from sqase.sqa.files import score_file
from sqase.sqa.modes import MODES


def test_save_and_load_give_the_same_scores_and_facts(assessor, speech, tmp_path):
    assessor.save(tmp_path / "a")
    loaded = Assessor.load(tmp_path / "a")
    assert loaded.config == assessor.config and loaded.metrics == assessor.metrics
    assert torch.equal(loaded(speech), assessor(speech))
    assert loaded.spread.tolist() == [0.5, 8.0]
    modes = {path.stat().st_mode for path in (tmp_path / "a").iterdir()}
    assert len(modes) == 1  # the weights, too, are as readable as umask lets files be


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
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


def test_score_is_that_of_the_channel_mean_at_any_rate(assessor, speech):
    expected = dict(zip(assessor.metrics, assessor(speech[:1])[0].tolist()))
    assert assessor.score(speech[0], 16000) == pytest.approx(expected, abs=1e-5)
    stereo = np.stack([speech[0] + speech[1], speech[0] - speech[1]])
    assert assessor.score(stereo, 16000) == pytest.approx(expected, abs=1e-5)
    fine = signals.noise_like(1, 3, 48000).astype(np.float64)
    heard = assessor.score(audio.resample(fine, 48000, 16000), 16000)
    assert assessor.score(fine, 48000) == pytest.approx(heard, abs=1e-4)
    assert assessor.score(fine, 16000) != pytest.approx(heard, abs=1e-3)


def test_a_long_signal_is_scored_in_parts(assessor, monkeypatch):
    wave = signals.speech_like(3, 5)
    parts = [assessor.score(part, 16000) for part in np.split(wave, 3)]
    monkeypatch.setattr("sqase.sqa.assessor.PART_SECONDS", 1)
    for name, value in assessor.score(wave, 16000).items():
        assert value == pytest.approx(np.mean([p[name] for p in parts]), abs=1e-5)


def test_a_long_file_has_the_scores_of_its_signal(assessor, monkeypatch, tmp_path):
    for module in ("assessor", "files"):
        monkeypatch.setattr(f"sqase.sqa.{module}.PART_SECONDS", 1)
    wave = np.stack([signals.speech_like(3.3, n, 44100) for n in (5, 6)], axis=1)
    path = write(tmp_path / "a.wav", wave, 44100, subtype="FLOAT")
    expected = assessor.score(wave.T, 44100)
    assert score_file(assessor, path) == pytest.approx(expected, abs=1e-4)
    write(path, 0 * wave, 44100)
    with pytest.raises(ValueError, match="audio file .*a.wav: this signal is silent"):
        score_file(assessor, path)


@pytest.mark.parametrize(
    "wave, message",
    [
        (np.zeros(16000), "this signal is silent"),
        (np.ones(1000), "this signal is shorter than 0.25 s"),
        (np.zeros(0), "this signal is shorter"),
        (np.full(16000, np.nan), "this signal has NaN"),
        (np.ones((16000, 2)), r"expected shape \(time,\) or .* got \(16000, 2\)"),
        (np.ones((1, 1, 16000)), r"got \(1, 1, 16000\)"),
    ],
)
def test_what_has_no_score_is_refused(assessor, wave, message):
    with pytest.raises(ValueError, match=message):
        assessor.score(wave, 16000)


def test_loss_is_that_of_the_recipes(assessor, speech):
    heads = {"pesq_wb": 2.0, "si_snr": 1.0}
    expected = SQALoss(lambda: assessor, heads, "blind")(None, speech)
    assert expected.min() > 0
    assert torch.equal(assessor.loss(speech, heads=heads), expected)
    equal = SQALoss(lambda: assessor, dict.fromkeys(heads, 1.0), "blind")(None, speech)
    assert torch.equal(assessor.loss(speech), equal)


def test_loss_hears_the_second_signal_and_passes_the_gradient(assessor, speech):
    assessor.config["ceilings"]["reference"] = {"pesq_wb": 4.65, "si_snr": 35.0}
    enhanced = (0.9 * speech + 0.1 * speech.flip(0)).requires_grad_()
    assessor.loss(enhanced, speech, "reference").mean().backward()
    assert (enhanced.grad != 0).float().mean() > 0.99
    with torch.no_grad():
        blind = assessor.loss(enhanced)
        assert not torch.equal(assessor.loss(enhanced, speech, "reference"), blind)


def test_loss_refuses_what_it_cannot_use(assessor, speech):
    with pytest.raises(ValueError, match="did you mean si_snr"):
        assessor.loss(speech, heads={"sisnr": 1.0})
    with pytest.raises(ValueError, match="mode reference: expected its second signal"):
        assessor.loss(speech, mode="reference")
    with pytest.raises(ValueError, match="expected one of blind, noisy, reference"):
        assessor.loss(speech, mode="deaf")
    with pytest.raises(ValueError, match=r"got \(16000,\)"):
        assessor.loss(speech[0])
    with pytest.raises(ValueError, match=r"got \(2, 16000\) and \(2, 8000\)"):
        assessor.loss(speech, speech[:, :8000], "noisy")


FROM_A_FOLDER = """
import socket, sys
def refuse(*_): raise AssertionError("a folder needs no network")
socket.socket.connect = refuse
from sqase import Assessor
assert "torch" in sys.modules
assessor = Assessor.from_pretrained(sys.argv[1])
heavy = {"espnet2", "huggingface_hub", "transformers"} & set(sys.modules)
assert not heavy, heavy
print(len(assessor.metrics))
"""


def test_loading_draws_no_random_number(assessor, tmp_path):
    assessor.save(tmp_path)
    before = torch.get_rng_state()
    Assessor.load(tmp_path)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_folder_is_loaded_without_network_and_espnet(assessor, tmp_path):
    assessor.save(tmp_path)
    json.loads((tmp_path / "config.json").read_text())
    command = [sys.executable, "-c", FROM_A_FOLDER, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "2\n", done.stderr


def test_only_the_public_class_is_lazy():
    assert sqase.Assessor is Assessor
    with pytest.raises(AttributeError, match="has no attribute 'Assesor'"):
        sqase.Assesor
