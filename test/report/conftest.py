"""An experiment directory as the stages 6 to 9 leave it, with scores we choose."""

import json
from pathlib import Path

import numpy as np
import pytest
from signals import mix, noise_like, speech_like

from sqase.bin.report import main
from sqase.data.data_dir import read_scp, write_labels, write_scp
from sqase.metrics import roles
from sqase.sound import audio

RECIPE = Path(__file__).parents[2] / "egs/folders"
ARMS = {"noisy": 0.0, "baseline": 0.5, "placebo": 0.6, "refreshed": 0.7}
SPEECH, NOISE = speech_like(2, 1), noise_like(2, 1)


class Experiment:
    """Writes the files that the report reads; one call for each."""

    def __init__(self, root: Path):
        self.expdir, self.data_dir, self.output_dir = (
            root / name for name in ("exp", "data", "out")
        )
        self.roles = roles.load(RECIPE / "conf/metrics.yaml")

    def test_set(self, name: str, speakers: int, each: int, references="given"):
        """A data directory of `speakers` with `each` utterances."""
        folder = self.data_dir / name
        noisy = self.sound("noisy", 0)
        utt2spk = {
            f"s{s:02}-{u:02}": f"s{s:02}" for s in range(speakers) for u in range(each)
        }
        write_scp(folder / "utt2spk", utt2spk)
        write_scp(folder / "wav.scp", dict.fromkeys(utt2spk, noisy))
        file = {"given": "spk1.scp", "withheld": "scoring_reference.scp"}
        if references in file:
            clean = self.sound("reference", 60)
            write_scp(folder / file[references], dict.fromkeys(utt2spk, clean))
        return list(utt2spk)

    def sound(self, name: str, snr: float) -> Path:
        """A file with the same speech in noise as all others."""
        path = self.data_dir / f"{name}.flac"
        audio.write(path, 0.5 * mix(SPEECH, NOISE, snr), 16000)
        return path

    def enhanced(self, arm: str, test_set: str, snr: float):
        """What stage 8 writes."""
        utts = read_scp(self.data_dir / test_set / "utt2spk")
        path = self.expdir / "seed1/enhanced" / arm / test_set / "wav.scp"
        write_scp(path, dict.fromkeys(utts, self.sound(arm, snr)))

    def report(self, arms=ARMS, **options):
        """Run the program."""
        options = {
            "expdir": self.expdir,
            "data_dir": self.data_dir,
            "config": RECIPE / "conf/metrics.yaml",
            "arms": " ".join(arms),
            "seeds": "1",
            "test_sets": "test noref real",
            "output_dir": self.output_dir,
            "page": self.output_dir / "report/index.html",
            "command": './run.sh --clean_dir "$CLEAN"',
        } | options
        main([text for k, v in options.items() for text in (f"--{k}", str(v))])

    def scores(self, arm, test_set, values, seed="1", kind="scores", **row):
        """values: {utterance: {metric: value or None}}; further keys go into rows."""
        write_labels(
            self.expdir / kind / f"seed{seed}" / arm / f"{test_set}.jsonl",
            [
                {
                    "id": utt,
                    "system": arm,
                    "metrics": metrics,
                    "reasons": {m: "silent" for m, v in metrics.items() if v is None},
                    "clamped": [],
                    "versions": {"pesq_wb": "pesq 0.0.4"},
                    **row,
                }
                for utt, metrics in values.items()
            ],
        )

    def unit(self, arm, seed="1", **facts):
        folder = "baseline" if arm == "baseline" else f"arms/{arm}"
        path = self.expdir / f"seed{seed}" / folder / "unit.json"
        path.parent.mkdir(parents=True)
        unit = {"data_digest": {"train": "d"}, "config_digest": "c"}
        path.write_text(json.dumps(unit | {"step_seconds": 0.5} | facts))


@pytest.fixture
def experiment(tmp_path):
    return Experiment(tmp_path)


@pytest.fixture
def offsets(experiment):
    """Fill a test set: every arm has the scores of `noisy` plus a constant."""

    def fill(test_set, arms, metric="pesq_wb", seed="1", kind="scores", spread=0.0):
        utts = list((experiment.data_dir / test_set / "utt2spk").open())
        utts = [line.split()[0] for line in utts]
        base = np.random.default_rng(7).uniform(1, 3, len(utts))
        for number, (arm, offset) in enumerate(arms.items()):
            noise = spread * np.random.default_rng(number).standard_normal(len(utts))
            values = {u: {metric: v} for u, v in zip(utts, base + offset + noise)}
            experiment.scores(arm, test_set, values, seed=seed, kind=kind)

    return fill


@pytest.fixture
def finished(experiment, offsets):
    """An experiment ready to be reported: one set of each kind of references."""
    for name, references in (
        ("test", "given"),
        ("noref", "withheld"),
        ("real", "none"),
    ):
        experiment.test_set(name, speakers=8, each=3, references=references)
        metric = "dnsmos_ovrl" if references == "none" else "pesq_wb"
        offsets(name, ARMS, metric=metric, spread=0.01)
        offsets(name, {"refreshed": 1.5}, kind="predicted")
    for arm in ("baseline", "placebo", "refreshed"):
        validation = {"0": {"pesq_wb": {"mean": 1.5}}, "3": {"pesq_wb": {"mean": 1.6}}}
        facts = {"parameters": 95000, "rtf": 0.02, "validation": validation}
        experiment.unit(arm, selected_epoch=3, **facts)
    (experiment.expdir / "log").mkdir()
    (experiment.expdir / "log/seconds").write_text("1 12.5\n10 3\n2 60\n")
    figures = {"mse": 0.04, "lcc": 0.98, "srcc": 0.97, "ktau": 0.9}
    levels = {"utterance": {"pesq_wb": figures}}
    mean = {"ci95": [0.0625, 0.75], "n": 33}
    (experiment.expdir / "sqa").mkdir()
    (experiment.expdir / "sqa/agreement.json").write_text(
        json.dumps(
            {
                "modes": {
                    mode: {"all": levels, "outputs": levels}
                    for mode in ("blind", "reference")
                },
                "naive": {"input SNR": {"all": levels, "outputs": levels}},
                "comparison": {"blind": figures | {"n": 700, "right": 0.8125}},
                "systems": {"blind": {"dtln": {"pesq_wb": figures | {"n": 40}}}},
                "never_heard": ["dtln"],
                "direction": {
                    "modes": {"committee": {"pesq_wb": mean | {"mean": 0.625}}},
                    "null": {"pesq_wb": mean | {"mean": 0.5}},
                    "above_null": {"committee": {"pesq_wb": mean | {"mean": 0.125}}},
                },
            }
        )
    )
    asked = {"before": {"pesq_wb": [0.5, 0.75]}, "after": {"pesq_wb": [0.625, None]}}
    (experiment.expdir / "direction/seed1/refreshed").mkdir(parents=True)
    (experiment.expdir / "direction/seed1/refreshed/test.json").write_text(
        json.dumps({"mode": "reference", "ids": ["a", "b"], "correlations": asked})
    )
    share = {"pesq_wb": {"mean": 0.01, "max": 0.024}}
    rise = {"predicted_rise": 0.41, "predicted_rise_p95": 0.9, "true_rise": -0.02}
    (experiment.expdir / "sqa/probes.json").write_text(
        json.dumps(
            {
                "clips": 10,
                **dict.fromkeys(("gain", "padding", "silence"), share),
                "length": {"1": {"pesq_wb": {"mae": 0.125, "lcc": None}}},
                "attack": {"pesq_wb": {"10": rise | {"true_rise_p95": 0.05}}},
                "choice": {
                    "clips": 7,
                    "subsets": 31,
                    "scores": {"all members": {"si_snr": 9.5}, "oracle": {"si_snr": 9.75}},
                    "gains": {"oracle": mean | {"mean": 0.25}},
                },
            }
        )
    )
    return experiment
