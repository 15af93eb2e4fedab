"""An experiment directory as the stages 6 to 9 leave it, with scores we choose."""

import json
from pathlib import Path

import numpy as np
import pytest

from sqase import roles
from sqase.data_dir import write_labels, write_scp

RECIPE = Path(__file__).parents[2] / "egs/folders"


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
        audio = self.data_dir / "audio.flac"
        utt2spk = {
            f"s{s:02}-{u:02}": f"s{s:02}" for s in range(speakers) for u in range(each)
        }
        write_scp(folder / "utt2spk", utt2spk)
        audio.write_bytes(b"sound")
        files = {
            "given": ["spk1.scp"],
            "withheld": ["scoring_reference.scp"],
            "none": [],
        }
        for file in ["wav.scp", *files[references]]:
            write_scp(folder / file, dict.fromkeys(utt2spk, audio))
        return list(utt2spk)

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
