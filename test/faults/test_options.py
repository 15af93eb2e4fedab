"""The recipe's options and folders: refused before anything is made or claimed."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from harness import ROOT, recipe

from sqase.runtime import config

OPTIONS = {  # given to a recipe -> what is said
    "--nj 0": "--nj: expected a number of 1 or more, got '0'",
    "--inference_nj 0": "--inference_nj: expected a number of 1 or more, got '0'",
    "--size tiny": "--size: expected .*default.*smoke.*, got 'tiny'",
    "--size ''": "--size: expected a value, got ''",
    "--arms ''": "--arms: expected a value, got ''",
    "--seeds ''": "--seeds: expected a value, got ''",
    "--test_sets ''": "--test_sets: expected a value, got ''",
    "--expdir ''": "--expdir: expected a value, got ''",
    "--datadir ''": "--datadir: expected a value, got ''",
    "--python ''": "--python: expected a value, got ''",
    "--seeds '1 1'": "--seeds: expected each once, got '1' again",
    "--seeds '1 2 1' --stage 10": "--seeds: expected each once, got '1' again",
    "--seeds '1 x'": "--seeds: expected numbers, got 'x'",
    "--arms 'noisy noisy'": "--arms: expected each once, got 'noisy' again",
    "--arms 'noisy ../x'": "--arms: expected names, got '../x'",
    "--test_sets 'test test'": "--test_sets: expected each once, got 'test' again",
    "--stage 0": "--stage: expected a number of 1 or more, got '0'",
}


PYTHON = """#!/usr/bin/env bash
# Does nothing but note what it is asked, and write an output for each.
[[ "$1" != -c ]] || {{ echo stoi; exit; }}
echo "$*" >>"{here}/asked"
if [[ "$*" == *se_enhance* && -e "{here}/slow" ]]; then
    touch "{here}/begun"
    while [[ -e "{here}/slow" ]]; do echo . && sleep 0.2; done
fi
while (($#)); do
    case $1 in
        --scp) made=$(cut -d ' ' -f 2- "$2" | xargs cat) ;;
        --output_dir)
            mkdir -p "$2" && touch "$2/wav.scp" && echo "$made" >"$2/made_from.json" ;;
        --output)
            while [[ $# -gt 1 && "$2" != --* ]]; do
                mkdir -p "$(dirname "$2")" && touch "$2" && shift
            done
            ;;
    esac
    shift
done
"""


@pytest.fixture
def idle(tmp_path, monkeypatch):
    """A Python that writes what it is asked, and an output for each."""
    monkeypatch.chdir(tmp_path)
    Path("python").write_text(PYTHON.format(here=tmp_path))
    Path("python").chmod(0o755)
    return Path()


def said(outcome):
    """The one line that a wrong use ends with."""
    assert outcome.status in (1, 2)
    (line,) = outcome.err.strip().splitlines()
    assert ".sh: line " not in line
    return line


@pytest.mark.parametrize("options", OPTIONS)
def test_a_wrong_option_leaves_nothing(idle, options):
    words = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {options}"], capture_output=True, text=True
    ).stdout.split("\0")[:-1]
    assert re.search(OPTIONS[options], said(recipe(*words)))
    assert not Path("exp").exists() and not Path("data").exists()
    assert not Path("asked").exists()


def test_the_sizes_are_those_of_settings():
    text = (ROOT / "utils/stages.sh").read_text()
    assert f'" {" ".join(config.SIZES)} " == ' in text


def test_the_right_size_is_taken_after_a_wrong_one(idle):
    assert recipe("--size", "tiny").status == 2
    assert recipe("--size", "smoke", "--stop_stage", 1).status == 0


@pytest.mark.parametrize("option", ["--expdir", "--datadir"])
@pytest.mark.parametrize("folder", ["file", "file/exp", "/sys/exp"])
def test_a_folder_that_cannot_be_is_said(idle, option, folder):
    Path("file").write_text("mine")
    folder = folder if folder[0] == "/" else f"{Path.cwd()}/{folder}"
    line = said(recipe("--stop_stage", 1, option, folder))
    assert f"{option}: expected a folder that can be written, got '{folder}'" in line
    assert Path("file").read_text() == "mine"


@pytest.fixture
def trained(idle):
    """A recipe's folders as if stages 1 to 7 were done, with one test set."""
    for name in ("seed1/baseline", "seed1/arms/placebo"):
        Path("exp", name).mkdir(parents=True)
        Path(f"exp/{name}.done").touch()
        for file in ("selected.pth", "config.yaml"):
            Path(f"exp/{name}/{file}").write_text("weights")
    Path("exp/sqa/assessor").mkdir(parents=True)
    for name in ("one", "two"):
        Path(f"{name}.flac").write_text(name)
    Path("data/test").mkdir(parents=True)
    here = Path.cwd()
    for name, sound in (("wav.scp", "one"), ("spk1.scp", "two")):
        Path("data/test", name).write_text(f"x {here}/{sound}.flac\n")
    Path("data/test/utt2spk").write_text("x x\n")
    return idle


def stage(*numbers, **options):
    """Run these stages; returns the programs that they asked for."""
    Path("asked").unlink(missing_ok=True)
    more = [word for k, v in options.items() for word in (f"--{k}", v)]
    outcome = recipe(
        *("--stage", numbers[0], "--stop_stage", numbers[-1], "--test_sets", "test"),
        *("--arms", "noisy baseline placebo", *more),
    )
    assert outcome.status == 0, outcome.err + outcome.out
    asked = Path("asked").read_text() if Path("asked").exists() else ""
    programs = re.findall(r"sqase\.bin\.(\w+)", asked)
    return [program for program in programs if program != "published"]


def test_a_finished_stage_knows_what_it_was_done_with(trained):
    both = ["se_enhance"] * 2 + ["score", "sqa_predict"] + ["sqa_direction"] * 2
    assert stage(8, 9) == both and stage(8, 9) == []
    week = time.time() - 7 * 86400
    for name in ("one", "two"):  # the noisy sound, the reference
        Path(f"{name}.flac").write_text("changed")
        os.utime(f"{name}.flac", (week, week))
        asked = stage(8, 9)
        assert asked == (both if name == "one" else both[2:])
        assert stage(8, 9) == []
    Path("one.flac").touch()  # the same, with another date
    assert stage(8, 9) == []
    Path("exp/seed1/arms/placebo/selected.pth").write_text("others")
    os.utime("exp/seed1/arms/placebo/selected.pth", (week, week))
    assert "se_enhance" in stage(8)


def test_time_of_killed_runs_is_counted(trained):
    Path("slow").touch()
    command = [ROOT / "egs/mini/run.sh", "--stage", "8", "--stop_stage", "8"]
    command += ["--test_sets", "test", "--arms", "baseline", "--python", "./python"]
    command += ["--expdir", f"{Path.cwd()}/exp", "--datadir", f"{Path.cwd()}/data"]
    process = subprocess.Popen(command, start_new_session=True, stdout=-3, stderr=-3)
    while not Path("begun").exists():
        time.sleep(0.05)
    begin = time.monotonic()
    time.sleep(1.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1.2)  # what it has started goes on
    Path("slow").unlink()
    killed = time.monotonic() - begin
    assert "se_enhance" in stage(8)
    total = time.monotonic() - begin
    seconds = dict(x.split() for x in Path("exp/log/seconds").read_text().splitlines())
    assert killed - 1 < int(seconds["8"]) < total + 2
