"""The program: from recordings of a place to a model that suits it."""

import importlib
import re
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

from sqase.bin import sqase_adapt as adapt
from sqase.bin import sqase_enhance
from sqase.data.listings import read_scp, write_scp
from sqase.metrics import Score
from sqase.report.adapted import PAIRS, RECORDINGS, describe
from sqase.sound import audio
from sqase.tasks.enhance import SELECTED, Enhancer
from sqase.tasks.export import export
from sqase.tasks.rehearsal import warn_of_noise

CONF = Path(__file__).parents[2] / "egs/folders/conf"
QUICK = [text for text in TINY if text.startswith(("guidance", "arms", "num_iters"))]
QUICK += ["optim_conf.lr=2.0e-3", "utterances=3", "adaptation.recordings.clip_seconds=1.0"]
QUICK += ["adaptation.forgotten={pesq_wb: 9.0}"]

DYING = """
import os, signal, sys
from sqase.bin import sqase_adapt as adapt
from sqase.tasks.model import GuidedEnhancementModel as Model

class Counted:
    batches = 0

def forward(self, *args, forward=Model.forward, **kwargs):
    Counted.batches += self.training
    if Counted.batches == 15:
        os.kill(os.getpid(), signal.SIGKILL)
    return forward(self, *args, **kwargs)

Model.forward = forward
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


def arguments(lab, name, *more, overrides=QUICK, recordings=None, **options):
    options = {
        "size": "smoke",
        "model": lab.root / "model",
        "pairs_dir": lab.root,
        "output_dir": lab.root / name,
        "nj": 1,
    } | options
    words = [text for k, v in options.items() if v for text in (f"--{k}", str(v))]
    recordings = str(recordings or lab.root / "recordings")
    return [recordings, *words, *more, *(["--set", *overrides] if overrides else [])]


@pytest.fixture(scope="module")
def adapted(lab):
    adapt.main(arguments(lab, "adapted"))
    return lab.root / "adapted"


def test_the_examples_of_the_help_run(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").symlink_to(lab.root / "recordings")
    first, *others = adapt.get_parser().epilog.splitlines()[1:]
    brief = ["utterances=2", "num_iters_per_epoch=2", *QUICK[-2:]]
    command, *words = shlex.split(first)
    assert command == "sqase-adapt"
    adapt.main([*words, "--size", "smoke", "--set", *brief])
    for line in others:
        command, *words = shlex.split(line)
        program = importlib.import_module(f"sqase.bin.{command.replace('-', '_')}")
        args = program.get_parser().parse_args(words)
    sqase_enhance.main(words)
    assert len(list((tmp_path / args.output_dir).rglob("*.wav"))) == 5


def test_the_model_is_another_one_and_it_is_told_what_changed(lab, adapted):
    start = weights(lab.root / "model", 1)
    assert equal(weights(adapted, 0), start)
    assert not equal(weights(adapted, 2), start)
    assert (adapted / SELECTED).resolve().name == "2epoch.pth"
    text = (adapted / "ADAPTED.md").read_text("utf-8")
    recordings, pairs = text.split("## ")[1:]
    rows = re.findall(r"^\| (\w+) \| [\d.]", recordings, re.M)
    assert rows == ["before", "adapted", "committee"]
    assert "dnsmos_ovrl ↑ | distill_mos ↑ | srmr ↑" in recordings
    assert "pesq_wb ↑ | estoi ↑ | si_snr ↑" in pairs and "committee" not in pairs


def test_recordings_are_cut_and_those_kept_back_do_not_train(adapted):
    sets = {name: adapted / "recordings" / name for name in ("train_real", "real")}
    speakers = {
        name: set(read_scp(folder / "utt2spk").values()) for name, folder in sets.items()
    }
    assert speakers["train_real"] and speakers["real"]
    assert not speakers["train_real"] & speakers["real"]
    for path in read_scp(sets["train_real"] / "wav.scp").values():
        assert audio.header(path).seconds == 1.0
    flags = read_scp(adapted / "data/utt2hasref")
    real = {utt for utt, flag in flags.items() if flag == "0"}
    assert len(real) == len(flags) - len(real) == 3
    assert real < set(read_scp(sets["train_real"] / "wav.scp"))


def test_what_would_be_forgotten_refuses_the_model(lab, capsys):
    overrides = [*QUICK[:-1], "adaptation.forgotten={pesq_wb: -9.0, estoi: 9.0}"]
    with pytest.raises(SystemExit, match="expected a model that is no worse than"):
        adapt.main(arguments(lab, "worse", overrides=overrides))
    assert not (lab.root / "worse" / SELECTED).exists()
    assert (lab.root / "worse/ADAPTED.md").read_text("utf-8") in capsys.readouterr().out


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
        ({"recordings": "nowhere"}, "audio folder nowhere: no such folder"),
        ({"recordings": CONF}, "expected sound files"),
        ({"model": "nowhere"}, "enhancement model nowhere: expected config.yaml"),
        ({"overrides": [*QUICK, "batch_size=99"]}, "batch_size: expected at most"),
        ({"pairs_dir": "nowhere"}, "nowhere.*no such"),
    ],
)
def test_one_clear_line_says_what_is_wrong(lab, options, message):
    with pytest.raises(SystemExit, match=f"^sqase-adapt: error: .*{message}"):
        adapt.main(arguments(lab, "refused", **options))


def test_noise_in_what_should_be_clean_is_said(tmp_path, caplog):
    audio.write(tmp_path / "a.wav", 0.1 * noise_like(2, 1), 16000)
    write_scp(tmp_path / "spk1.scp", {f"u{n}": tmp_path / "a.wav" for n in range(21)})
    warn_of_noise(tmp_path, 1)
    (record,) = caplog.records
    said = record.getMessage()
    assert "the references do not sound clean" in said and "the mean of 7" in said


def test_the_committee_is_offered_where_it_is_better(tmp_path):
    write_scp(tmp_path / "utt2spk", {f"u{n}": f"s{n}" for n in range(8)})

    def scores(mos, metrics):
        return [{m: Score(mos + 0.01 * n) for m in metrics} for n in range(8)]

    def described(committee):
        found = {"before": 2.5, "adapted": 2.6, "committee": committee}
        real, pairs = (
            {name: scores(mos, metrics) for name, mos in found.items()}
            for metrics in (RECORDINGS, PAIRS)
        )
        return describe(tmp_path, real, tmp_path, pairs)

    assert "--system committee" in described(2.7)
    assert "--system committee" not in described(2.55)


def test_clean_speech_alone_makes_no_pairs(lab, capsys):
    with pytest.raises(SystemExit):
        adapt.main(arguments(lab, "half", "--clean_dir", "speech", pairs_dir=None))
    assert "--clean_dir and --noise_dir together" in capsys.readouterr().err
