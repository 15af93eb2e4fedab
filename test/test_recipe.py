"""All stages of the built-in recipe, in the smallest size; again, they do nothing;
killed, they end as if they had not been."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from lab import equal

ROOT = Path(__file__).resolve().parents[1]
ARMS = "noisy baseline preset placebo refreshed placebo_real committee_real refreshed_real"
PUBLISHED = "rnnoise nsnet2"  # those that are quickest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a blank and letters beyond ASCII in its name."""
    return tmp_path_factory.mktemp("a") / "essai n° 1"


def command(folder, *options):
    line = [ROOT / "egs" / "mini" / "run.sh", "--python", sys.executable]
    line += ["--size", "smoke", "--nj", "2", "--published", PUBLISHED]
    line += ["--expdir", folder / "exp", "--datadir", folder / "data", "--arms", ARMS]
    return [*map(str, line), *options]


def run(folder, *options):
    line = command(folder, *options)
    result = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
    return result.stdout


@pytest.fixture(scope="module")
def printed(folder):
    return run(folder)


def test_the_result_table_has_every_arm_on_both_test_sets(folder, printed):
    results = json.loads((folder / "exp" / "results.json").read_text("utf-8"))
    assert list(results["scores"]) == [*ARMS.split(), *PUBLISHED.split()]
    for of_sets in results["scores"].values():
        assert list(of_sets) == ["test", "test_noref"]
        assert of_sets["test"]["pesq_wb"]["n_total"] == 5
        assert of_sets["test"]["pesq_wb"]["n_scored"] > 0
    mode = results["direction"]["test"]["refreshed_real"]["mode"]
    judges = results["direction"]["test"]["refreshed_real"]["judges"]
    assert mode == "committee" and list(judges) == ["before", "after"]
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
    rows = [*ARMS.split(), *PUBLISHED.split()]
    trained, results = len(ARMS.split()) - 2, 2 * len(rows)
    # data, baseline, three leaderboards, SQA, its evaluation,
    # probes, its page, committees (of train twice), published ones, scores, predictions,
    # report; arms; enhanced (but the input itself); which way is better (of trained ones)
    expected = 16 + trained + (results - 2) + trained
    assert sum("already done: " in line for line in lines) == expected


@pytest.fixture()
def two_recipes(folder, printed, tmp_path):
    """A clone with two recipes that have run: the same one, paths relative to it."""
    for name in ("sqase", "tools", "utils"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "egs").mkdir()
    (tmp_path / "egs/TEMPLATE").symlink_to(ROOT / "egs/TEMPLATE")
    shutil.copytree(
        ROOT / "egs/cross_corpus", tmp_path / "egs/cross_corpus", symlinks=True
    )
    for name in ("one", "two"):
        recipe = tmp_path / "egs" / name
        (recipe / "data").mkdir(parents=True)
        (recipe / "exp").symlink_to(folder / "exp")
        (recipe / "data/audio").symlink_to(folder / "data/audio")
        for test_set in ("test", "test_noref"):
            shutil.copytree(folder / "data" / test_set, recipe / "data" / test_set)
            for path in (recipe / "data" / test_set).glob("*.scp"):
                text = path.read_text("utf-8")
                assert f"{folder}/" in text
                path.write_text(text.replace(f"{folder}/", ""), "utf-8")
    return tmp_path / "egs/cross_corpus"


def test_models_are_laid_across_the_test_sets_of_other_recipes(two_recipes):
    command = ["./run.sh", "--python", sys.executable, "--nj", "2"]
    first, second = (
        subprocess.run(command, cwd=two_recipes, capture_output=True, text=True)
        for _ in range(2)
    )
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    text = (two_recipes / "exp/RESULTS.md").read_text("utf-8")
    header, _, noisy, *rows = text.split("## pesq_wb")[1].split("\n\n")[1].splitlines()
    sets = [
        f"{recipe}/{name}"
        for recipe in ("one", "two")
        for name in ("test", "test_noref")
    ]
    assert [cell.strip() for cell in header.split("|")[2:-1]] == sets
    assert noisy.startswith("| noisy |") and "own" not in noisy
    models = [
        f"{recipe}/{arm}"
        for recipe in ("one", "two")
        for arm in ("baseline", "refreshed")
    ]
    assert [row.split("|")[1].strip() for row in rows] == models
    assert [cell.endswith("(own) ") for cell in rows[0].split("|")[2:-1]] == [
        True,
        True,
        False,
        False,
    ]
    results = json.loads((two_recipes / "../one/exp/results.json").read_text("utf-8"))
    mean = results["scores"]["baseline"]["test"]["pesq_wb"]["mean"]
    assert all(f"| {mean:.3f} " in row for row in (rows[0], rows[2]))  # the same model
    assert second.returncode == 0
    made = 2 * 4 * 2 + 2 + 1  # enhanced, scored, the table
    assert second.stdout.count("already done: ") == made


ANEW = {  # stage -> what of it is made once more, in the folder of the experiment
    2: ["seed1/baseline"],
    3: ["leaderboard/enhanced/valid/committee", "leaderboard/valid"],
    4: ["sqa/assessor", *(f"sqa/{n}.pth" for n in ("1epoch", "2epoch", "checkpoint"))],
    5: ["sqa/agreement.json"],
    6: ["seed1/arms/placebo"],
    7: ["seed1/arms/refreshed_real"],
    8: ["seed1/enhanced/refreshed_real/test", "published/rnnoise/test"],
    9: ["scores", "predicted"],
    10: ["RESULTS.md", "results.json"],
}


@pytest.mark.parametrize("stage", ANEW)
def test_kill_9_changes_no_result(folder, printed, tmp_path, stage):
    """All that runs is killed, at a random time of the first third of what is made."""
    exp, names = folder / "exp", ANEW[stage]
    only = "--stage", str(stage), "--stop_stage", str(stage)
    move(exp, tmp_path / "before", names)
    forget_some_labels(exp / "labels.sqlite")
    took = sum(seconds_of(printed, exp / name) for name in names)
    wait = took / 3 * random.Random(stage).random()
    killed = kill(command(folder, *only), exp / "log/stage", wait)
    run(folder, *only)
    after = results(exp, names)
    move(exp, tmp_path / "after", names)
    move(tmp_path / "before", exp, names)
    assert after and equal(after, results(exp, names))
    if not killed:
        pytest.skip("it had ended before")


def move(source, target, names):
    """Move files and folders, and what says that they are done and with what."""
    for name in names:
        for path in (name, f"{name}.done", f"{name}.facts"):
            if (source / path).exists():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(source / path, target / path)


def forget_some_labels(cache):
    with sqlite3.connect(cache) as file:
        file.execute("DELETE FROM scores WHERE rowid % 5 = 0")


def seconds_of(printed, path):
    """What the steps took whose outputs are there or below, of a run's output."""
    found = re.findall(r"done: (.*) \((\d+) s\)", printed)
    return sum(int(s) for name, s in found if path in (Path(name), *Path(name).parents))


def kill(line, begun, seconds):
    """Start it; kill it and all that it has started, some time after its first step
    has begun. Returns whether it still ran."""
    process = subprocess.Popen(line, cwd=ROOT, stdout=-3, stderr=-3)
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(seconds)
    for pid in [process.pid, *started_by(process.pid)]:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def started_by(pid):
    """The processes that one has started, and that these have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it has just ended
        return []
    return [one for child in map(int, children) for one in (child, *started_by(child))]


def results(exp, names):
    """Path -> content of what counts of what was made: no times, no logs."""
    kinds = {".flac", ".jsonl", ".scp", ".safetensors", ".json"}
    found = {}
    tops = [exp / name for name in names]
    for file in (path for top in tops for path in (top, *sorted(top.rglob("*")))):
        if file.name.endswith("epoch.pth") and not file.is_symlink():
            found[file] = torch.load(file, weights_only=True)
        elif file.name == "results.json":
            timed = dict.fromkeys(["seconds", "step_seconds", "provenance"])
            found[file] = json.loads(file.read_text("utf-8")) | timed
        elif file.suffix in kinds and file.name != "unit.json":
            found[file] = file.read_bytes()
    return found
