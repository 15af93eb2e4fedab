"""The program: from a model and a folder of recordings to another model."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import corpora
import numpy as np
import pytest
import yaml
from lab import DROPOUT, ENVIRONMENT, TINY, Lab, equal, loop_state, weights
from signals import noise_like, speech_like

from sqase.bin import adapt
from sqase.data.listings import read_scp
from sqase.sound import audio
from sqase.tasks.enhance import Enhancer
from sqase.tasks.export import export

CONF = Path(__file__).parents[2] / "egs/folders/conf"
QUICK = [text for text in TINY if text.startswith(("guidance", "arms", "num_iters"))]
QUICK += ["optim_conf.lr=2.0e-3", "adaptation.selection=[dnsmos_ovrl]"]
QUICK += ["adaptation.clip_seconds=1.0", "adaptation.hop_seconds=0.5"]

DYING = """
import os, signal, sys
from sqase.bin import adapt
from sqase.tasks import refresh

class Dying(refresh.Learner):
    def learn(self, fresh, replay, update, steps):
        if update == 15:
            os.kill(os.getpid(), signal.SIGKILL)
        super().learn(fresh, replay, update, steps)

refresh.Learner = Dying
adapt.main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A laboratory, a trained model in it, and recordings of a new place."""
    lab = Lab(tmp_path_factory.mktemp("place")).write()
    lab.train("placebo", "model", "max_epoch=1", DROPOUT)
    for n in range(5):
        noisy = speech_like(2, 300 + n) + noise_like(2, 400 + n)
        corpora.write(lab.root / f"recordings/the hall/talk {n}.wav", 0.3 * noisy)
    return lab


def arguments(lab, name, *more, overrides=QUICK, **options):
    options = {
        "config": CONF / "adapt.yaml",
        "metrics": CONF / "metrics.yaml",
        "size": "smoke",
        "model": lab.root / "model",
        "real_dir": lab.root / "recordings",
        "assessor": lab.assessor,
        "leaderboard": lab.leaderboard,
        "output_dir": lab.root / name,
    } | options
    words = [text for k, v in options.items() for text in (f"--{k}", str(v))]
    return [*words, *more, *(["--set", *overrides] if overrides else [])]


@pytest.fixture(scope="module")
def adapted(lab):
    adapt.main(arguments(lab, "adapted"))
    return lab.root / "adapted"


def test_the_example_of_the_help_runs(lab, tmp_path, monkeypatch):
    places = {
        "conf": CONF,
        "recordings": lab.root / "recordings",
        "exp/seed1/baseline": lab.root / "model",
        "exp/sqa/assessor": lab.assessor,
        "exp/leaderboard/train": lab.leaderboard,
    }
    for name, place in places.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(place)
    monkeypatch.chdir(tmp_path)
    text = adapt.get_parser().epilog.split(":\n")[1].replace("\\\n", "")
    command, *words = shlex.split(text)
    assert command == "sqase-adapt"
    adapt.main([*words, "--size", "smoke", "--set", *QUICK])
    assert (tmp_path / "exp/adapted/hall/unit.json").is_file()


def test_the_model_is_another_one_chosen_by_true_metrics(lab, adapted):
    start = weights(lab.root / "model", 1)
    assert equal(weights(adapted, 0), start)
    assert not equal(weights(adapted, 2), start)
    unit = json.loads((adapted / "unit.json").read_text())
    assert list(unit["validation"]) == ["0", "1", "2"]
    mos = {e: m["dnsmos_ovrl"]["mean"] for e, m in unit["validation"].items()}
    assert 1 < min(mos.values()) < max(mos.values()) < 5
    assert mos[str(unit["selected_epoch"])] == max(mos.values())
    assert (adapted / "assessor/model.safetensors").is_file()


def test_recordings_are_cut_and_those_that_select_do_not_train(adapted):
    speakers = {
        part: set(read_scp(adapted / "data" / part / "utt2spk").values())
        for part in ("train", "valid")
    }
    assert speakers["train"] and speakers["valid"]
    assert not speakers["train"] & speakers["valid"]
    assert set(read_scp(adapted / "data/train/utt2hasref").values()) == {"0"}
    for path in read_scp(adapted / "recordings/train/wav.scp").values():
        assert audio.header(path).seconds == 1.0


def test_stock_inference_reads_the_adapted_model(lab, adapted, tmp_path):
    from espnet2.bin.enh_inference import SeparateSpeech  # quiet after sqase.tasks

    export(adapted, tmp_path)
    (criterion,) = yaml.safe_load((tmp_path / "config.yaml").read_text())["criterions"]
    assert (criterion["name"], criterion["wrapper"]) == ("si_snr", "fixed_order")
    wave = speech_like(1, 9)
    stock = SeparateSpeech(tmp_path / "config.yaml", tmp_path / "model.pth")
    np.testing.assert_allclose(
        stock(wave[None], 16000)[0][0], Enhancer(adapted)(wave), atol=1e-5
    )


def test_killed_and_started_again_it_ends_the_same(lab, adapted):
    words = arguments(lab, "killed")
    killed = subprocess.run(
        [sys.executable, "-c", DYING, *words], env=ENVIRONMENT, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    folder = lab.root / "killed"
    assert (folder / "1epoch.pth").exists() and not (folder / "2epoch.pth").exists()
    adapt.main(words)
    assert equal(weights(folder), weights(adapted))
    assert equal(loop_state(folder), loop_state(adapted))


def test_what_is_done_is_not_done_again_nor_mixed_with_others(lab, adapted, capsys):
    before = {path: path.stat().st_mtime_ns for path in adapted.rglob("*")}
    adapt.main(arguments(lab, "adapted"))
    assert "already done" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="made with others. Remove it, or write to"):
        adapt.main(arguments(lab, "adapted", "--anchor_only"))
    assert before == {path: path.stat().st_mtime_ns for path in adapted.rglob("*")}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"real_dir": "nowhere"}, "audio folder nowhere: no such folder"),
        ({"real_dir": CONF}, "expected sound files"),
        ({"model": "nowhere"}, "enhancement model nowhere: expected config.yaml"),
        ({"assessor": "nowhere"}, "assessor nowhere: expected a file config.json"),
        ({"leaderboard": "nowhere"}, "data directory nowhere: no such directory"),
        ({"overrides": []}, "unknown assessor head 'pesq_wb'"),
        ({"overrides": [*QUICK, "adaptation.selection=[srmr]"]}, "role held_out"),
        ({"overrides": [*QUICK, "batch_size=99"]}, "batch_size: expected at most"),
    ],
)
def test_one_clear_line_says_what_is_wrong(lab, options, message):
    with pytest.raises(SystemExit, match=f"^sqase-adapt: error: .*{message}"):
        adapt.main(arguments(lab, "refused", **options))
