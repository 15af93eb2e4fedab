"""All stages of the built-in recipe, in the smallest size; again, they do nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARMS = "noisy baseline placebo refreshed refreshed_blind placebo_real refreshed_real"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a blank and letters beyond ASCII in its name."""
    return tmp_path_factory.mktemp("a") / "essai n° 1"


def run(folder):
    command = [ROOT / "egs" / "mini" / "run.sh", "--python", sys.executable]
    command += ["--size", "smoke", "--nj", "2"]
    command += ["--expdir", folder / "exp", "--datadir", folder / "data"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
    return result.stdout


@pytest.fixture(scope="module")
def printed(folder):
    return run(folder)


def test_the_result_table_has_every_arm_on_both_test_sets(folder, printed):
    results = json.loads((folder / "exp" / "results.json").read_text("utf-8"))
    assert list(results["scores"]) == ARMS.split()
    for of_sets in results["scores"].values():
        assert list(of_sets) == ["test", "test_noref"]
        assert of_sets["test"]["pesq_wb"]["n_total"] == 5
        assert of_sets["test"]["pesq_wb"]["n_scored"] > 0
    assert set(results["seconds"]) == {str(stage) for stage in range(1, 11)} - {"10"}
    assert "refreshed_real" in printed.split("stage 10")[1]
    page = (folder / "exp" / "report" / "index.html").read_text("utf-8")
    for fact in ('"test_set": "test_noref"', '"name": "refreshed_real"'):  # of a clip
        assert fact in page


def test_references_of_the_second_set_were_withheld(folder, printed):
    assert not (folder / "data" / "test_noref" / "spk1.scp").exists()
    assert not (folder / "data" / "train_real" / "scoring_reference.scp").exists()


def test_a_second_run_does_nothing(folder, printed):
    def state():
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    before = state()
    lines = run(folder).splitlines()
    assert state() == before
    trained, results = len(ARMS.split()) - 2, 2 * len(ARMS.split())
    # data, baseline, the other enhancer, three leaderboards, SQA, its evaluation,
    # probes, its page, scores, predictions, report; arms; enhanced (but the input itself)
    expected = 13 + trained + (results - 2)
    assert sum("already done: " in line for line in lines) == expected
