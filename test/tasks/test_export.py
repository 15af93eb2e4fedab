"""An exported model in stock ESPnet: the same sound, and the same scores of it."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
from lab import ENVIRONMENT
from signals import speech_like

from sqase.bin import sqase_export
from sqase.data.listings import read_scp
from sqase.metrics import score
from sqase.sound import audio
from sqase.tasks.enhance import Enhancer
from sqase.tasks.selection import mark_selected

STOCK = """
import sys
import sqase.tasks.quiet
from espnet2.bin import enh_inference, enh_scoring
from espnet2.tasks.enh import criterion_choices

assert "sqa" not in criterion_choices.classes, "this is not stock ESPnet"
model, data, out = sys.argv[1:]
enh_inference.main(["--train_config", f"{model}/config.yaml", "--fs", "16000",
    "--model_file", f"{model}/model.pth", "--output_dir", out, "--num_workers", "0",
    "--data_path_and_name_and_type", f"{data}/wav.scp,speech_mix,sound"])
enh_scoring.main(["--key_file", f"{data}/wav.scp", "--output_dir", f"{out}/scores",
    "--ref_scp", f"{data}/spk1.scp", "--inf_scp", f"{out}/spk1.scp"])
"""
UNITS = {"stoi": 100, "estoi": 100, "si_snr": 1, "sdr": 1}  # percent there


@pytest.fixture(scope="module")
def stock(lab, refreshed_real, tmp_path_factory):
    """What stock ESPnet makes of the validation set with the exported model."""
    folder = tmp_path_factory.mktemp("stock")
    mark_selected(refreshed_real, 2)
    model = folder / "a model"
    sqase_export.main([str(refreshed_real), "-o", str(model)])
    arguments = map(str, (model, lab.valid_dir, folder / "out"))
    subprocess.run(
        [sys.executable, "-c", STOCK, *arguments], env=ENVIRONMENT, check=True
    )
    return folder / "out"


def test_stock_inference_gives_the_same_sound(lab, refreshed_real, stock):
    enhancer = Enhancer(refreshed_real)
    decoded = read_scp(stock / "spk1.scp")
    assert len(decoded) == 2
    for name, path in read_scp(lab.valid_dir / "wav.scp").items():
        expected = enhancer(audio.read(path)[0]) * 32768
        samples = soundfile.read(decoded[name], dtype="int16")[0]
        assert np.abs(samples).max() > 300 and len(samples) == len(expected)
        assert np.abs(samples - expected).max() <= 1


def test_the_exported_weights_are_the_same(refreshed_real, stock):
    exported = stock.parent / "a model"
    assert {path.name for path in exported.iterdir()} == {
        "README.md",
        "config.yaml",
        "model.pth",
        "model.safetensors",
    }
    (exported / "model.pth").unlink()  # it is for ESPnet
    wave = speech_like(1, 3)
    np.testing.assert_array_equal(
        Enhancer(exported)(wave), Enhancer(refreshed_real)(wave)
    )


@pytest.mark.parametrize("metric, unit", UNITS.items())
def test_stock_scoring_agrees_with_ours(lab, stock, metric, unit):
    references = read_scp(lab.valid_dir / "spk1.scp")
    theirs = read_scp(stock / f"scores/{metric.upper()}_spk1")
    for name, path in read_scp(stock / "spk1.scp").items():
        clean, enhanced = (audio.read(p)[0] for p in (references[name], path))
        ours = score([metric], reference=clean, enhanced=enhanced, sample_rate=16000)
        expected = float(theirs[name]) / unit
        assert ours[metric].value == pytest.approx(expected, abs=1e-3)
