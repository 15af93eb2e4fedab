"""utils/steps.sh and utils/common.sh: done once, resumed, never twice at a time."""

import os
import signal
import subprocess
import time

import pytest
from shell import UTILS, bash

HEAD = f"""
expdir=exp
max_jobs=2
. "${{utils}}/common.sh"
. "${{utils}}/steps.sh"
run={UTILS}/run.sh
"""


def wait_for(path):
    for _ in range(100):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} was not written")


def test_a_step_is_done_once(tmp_path):
    script = HEAD + """step "${run}" exp/out bash -c 'echo working; echo x >>exp/out'"""
    first, second = (bash(script, cwd=tmp_path) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert "working\n" in first.stdout and "done: exp/out (" in first.stdout
    assert "already done: exp/out.done" in second.stdout
    assert (tmp_path / "exp" / "out").read_text() == "x\n"
    (tmp_path / "exp" / "out").unlink()
    assert "done: exp/out (" in bash(script, cwd=tmp_path).stdout


def test_a_failed_step_leaves_no_marker_and_is_run_again(tmp_path):
    script = HEAD + (
        'start "${run}" exp/bad bash -c "touch exp/bad; [[ -e exp/mended ]]"\n'
        'start "${run}" exp/good touch exp/good\n'
        "finish\necho went on"
    )
    result = bash(script, cwd=tmp_path)
    assert result.returncode == 1 and "went on" not in result.stdout
    assert "failed, see exp/log/bad.log" in result.stderr
    assert (tmp_path / "exp" / "good.done").exists()
    assert not (tmp_path / "exp" / "bad.done").exists()
    (tmp_path / "exp" / "mended").touch()
    result = bash(script, cwd=tmp_path)
    assert result.returncode == 0 and "already done: exp/good.done" in result.stdout


def test_no_more_than_max_jobs_run_at_a_time(tmp_path):
    job = "touch $1 at/$$; ls at | wc -l >>counts; sleep 0.5; rm at/$$"
    script = HEAD + (
        "mkdir at\n"
        "for n in 1 2 3 4 5; do\n"
        f"    start \"${{run}}\" exp/$n bash -c '{job}' job exp/$n\n"
        "done\nfinish"
    )
    assert bash(script, cwd=tmp_path).returncode == 0
    counts = [int(line) for line in (tmp_path / "counts").read_text().split()]
    assert len(counts) == 5 and max(counts) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_the_pipeline_stops_its_jobs(tmp_path, number):
    script = HEAD + 'step "${run}" exp/out bash -c "touch begun; sleep 3; touch late"'
    (tmp_path / "script.sh").write_text(f"set -euo pipefail\n{script}")
    process = subprocess.Popen(
        ["bash", "script.sh"],
        cwd=tmp_path,
        env={**os.environ, "utils": str(UTILS)},
        # what runs in the background ignores SIGINT, and so would all that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_for(tmp_path / "begun")
    process.send_signal(number)
    assert process.wait(timeout=2) == 128 + number
    time.sleep(3.2)
    assert not (tmp_path / "late").exists()


def test_after_a_kill_a_restart_waits_for_what_still_runs(tmp_path):
    script = HEAD + (
        "lock exp\n"
        "step \"${run}\" exp/out bash -c 'mkdir busy; sleep 2; rmdir busy; touch exp/out'"
    )
    (tmp_path / "script.sh").write_text(f"set -euo pipefail\n{script}")
    process = subprocess.Popen(
        ["bash", "script.sh"], cwd=tmp_path, env={**os.environ, "utils": str(UTILS)}
    )
    wait_for(tmp_path / "busy")
    process.kill()
    process.wait()
    result = bash(script, cwd=tmp_path)  # its mkdir would fail while the first runs
    assert result.returncode == 0
    assert "waiting for another run in exp to end" in result.stdout
    assert (tmp_path / "exp" / "out.done").exists()


def test_a_claim_that_a_full_disk_has_cut_can_be_made_again(tmp_path):
    result = bash(HEAD + "claim /dev/full smoke", cwd=tmp_path)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "/dev/full: could not be written. Make room on the disk" in line
    (tmp_path / "size").touch()
    assert bash(HEAD + "claim size smoke", cwd=tmp_path).returncode == 0
    assert (tmp_path / "size").read_text() == "smoke\n"


def test_a_folder_is_claimed_by_what_it_was_made_with(tmp_path):
    script = HEAD + 'claim exp/size "$1"\necho went on'
    assert bash(script, "small", cwd=tmp_path).returncode == 0
    assert bash(script, "small", cwd=tmp_path).returncode == 0
    result = bash(script, "default", cwd=tmp_path)
    assert result.returncode == 1 and "went on" not in result.stdout
    assert "exp/size: expected 'default', got 'small'" in result.stderr
    assert "--expdir" in result.stderr


def test_a_table_is_made_again_when_its_facts_or_inputs_change(tmp_path):
    script = HEAD + (
        "mkdir -p exp/scores\n"
        'redo_if_changed exp/table "$1" exp/scores\n'
        'step "${run}" exp/table touch exp/table\necho "${steps_run}"'
    )

    def steps_run(facts):
        return bash(script, facts, cwd=tmp_path).stdout.splitlines()[-1]

    assert [steps_run(facts) for facts in ("a b", "a b", "a", "a")] == list("1010")
    new = tmp_path / "exp" / "scores" / "new.jsonl"
    new.write_text("scores")
    os.utime(new, (0, 0))  # as a copy may have it
    assert steps_run("a") == "1"
    new.touch()
    assert steps_run("a") == "0"


def test_the_content_of_a_list_is_that_of_the_sound_that_it_names(tmp_path):
    for name in ("a b.wav", "c.wav"):
        (tmp_path / name).write_text(name)
    (tmp_path / "x.scp").write_text("one a b.wav\ntwo c.wav\n")

    def content():
        return bash(HEAD + "content_of x.scp", cwd=tmp_path).stdout

    before = content()
    assert content() == before
    (tmp_path / "a b.wav").write_text("other")
    assert content() != before


def test_seconds_of_a_stage_add_up(tmp_path):
    script = HEAD + "for n in 10 2 10; do add_seconds seconds $n 5; done\ncat seconds"
    assert bash(script, cwd=tmp_path).stdout == "10 10\n2 5\n"
