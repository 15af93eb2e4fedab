"""Scores: what was measured, of how many, and what was not."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from corpora import write
from harness import CONF, contents, fine, run
from signals import speech_like

SCORE = "sqase-score in --reference clean --metrics si_snr estoi srmr --format"


def change(path, change):
    wave, rate = soundfile.read(path)
    write(Path(path), change(wave), rate)


def other_length():
    change("in/b.wav", lambda wave: wave[:-800])


def identical():
    shutil.copy("clean/b.wav", "in/b.wav")


def delayed():
    change("in/b.wav", lambda wave: np.roll(speech_like(1, 5), 100))


FAULTS = {  # a fault of b.wav -> what is said of its SI-SNR
    "other length": (other_length, "reference has 16000 samples"),
    "identical": (identical, "identical to the reference"),
}


def scores(form, status):
    outcome = run(f"{SCORE} {form}")
    assert outcome.status == status, outcome.err
    return outcome


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_not_measured_is_in_no_mean(place, fault):
    harm, reason = FAULTS[fault]
    harm()
    row = json.loads(scores("jsonl", 1).out.splitlines()[1])
    assert row["metrics"]["si_snr"] is None and reason in row["reasons"]["si_snr"]
    assert row["metrics"]["srmr"] is not None
    table = scores("table", 1)
    header, first, second, mean, *notes = table.out.splitlines()
    assert first.split()[1] in mean and "1/2" in mean
    assert mean.count("/2") == 2 and any(f"b.wav: si_snr: {reason}" in n for n in notes)
    rows = list(csv.DictReader(io.StringIO(scores("csv", 1).out)))
    assert rows[1]["si_snr"] == "" and f"si_snr: {reason}" in rows[1]["notes"]
    assert rows[0]["notes"] == ""
    assert "error: 1 of 2 files" in table.message


def test_a_score_at_its_limit_is_said_to_be_one(place):
    delayed()
    row = json.loads(scores("jsonl", 0).out.splitlines()[1])
    assert row["metrics"]["si_snr"] == -20 and row["clamped"] == ["si_snr"]
    table = scores("table", 0).out
    assert "-20.00" in table and "b.wav: si_snr: at the limit of its range" in table
    assert "1/2" not in table
    rows = list(csv.DictReader(io.StringIO(scores("csv", 0).out)))
    assert rows[1]["notes"] == "si_snr: at the limit of its range"


def test_a_table_of_what_was_measured_has_no_notes(place):
    lines = fine(f"{SCORE} table").out.splitlines()
    assert len(lines) == 4 and "/2" not in lines[3]


def report(seeds, arms="noisy"):
    return run(
        f"report --expdir exp --data_dir data --config {CONF}/metrics.yaml --arms "
        f"'{arms}' --seeds '{seeds}' --test_sets test --output_dir out --page x.html"
    )


@pytest.fixture
def scored(place):
    """One seed of an experiment with one arm."""
    Path("data/test").mkdir(parents=True)
    ids = [f"s{n}-{m}" for n in range(6) for m in range(2)]
    lists = {"wav.scp": "in/a.wav", "spk1.scp": "clean/a.wav"}
    for file, path in lists.items():
        Path("data/test", file).write_text("".join(f"{i} {path}\n" for i in ids))
    Path("data/test/utt2spk").write_text("".join(f"{i} {i[:2]}\n" for i in ids))
    rows = [
        {"id": i, "system": "noisy", "metrics": {"pesq_wb": 1 + 0.1 * n}}
        for n, i in enumerate(ids)
    ]
    path = Path("exp/scores/seed1/noisy/test.jsonl")
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return place


def test_a_seed_counts_once(scored):
    outcome = report("1 1")
    assert outcome.status == 1 and "expected each seed once" in outcome.message
    assert not contents("out") if Path("out").exists() else True


def test_a_seed_that_was_never_run_is_not_drawn_over(scored):
    outcome = report("1 2")
    assert outcome.status == 1
    assert re.search("seed2.*expected .*scores.*found none", outcome.message)


def test_a_seed_that_an_arm_lacks_is_said(scored):
    for arm, seeds in (("noisy", "12"), ("baseline", "1")):
        for seed in seeds:
            path = Path(f"exp/scores/seed{seed}/{arm}/test.jsonl")
            path.parent.mkdir(parents=True, exist_ok=True)
            text = Path("exp/scores/seed1/noisy/test.jsonl").read_text()
            path.write_text(text.replace('"noisy"', f'"{arm}"'))
    Path("exp/seed1/baseline").mkdir(parents=True)
    unit = {"data_digest": {}, "config_digest": "c"}
    Path("exp/seed1/baseline/unit.json").write_text(json.dumps(unit))
    outcome = report("1 2", "noisy baseline")
    assert outcome.status == 0, outcome.err
    for text in (outcome.out, Path("out/RESULTS.md").read_text()):
        assert "ot run: baseline with seed 2" in text
