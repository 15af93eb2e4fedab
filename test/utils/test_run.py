"""utils/run.sh: Kaldi's calling convention on this machine."""

import subprocess
import time

import pytest
from shell import UTILS


def run(*arguments, cwd):
    command = [UTILS / "run.sh", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)


def test_a_command_and_its_log(tmp_path):
    result = run("log/a b.log", "echo", "two  words", "JOB", cwd=tmp_path)
    assert result.returncode == 0 and result.stdout == result.stderr == ""
    log = (tmp_path / "log" / "a b.log").read_text().splitlines()
    assert log[1:] == [
        r"# echo two\ \ words JOB",
        "two  words JOB",
        "# ended with status 0",
    ]


def test_jobs_run_side_by_side_and_each_has_its_number(tmp_path):
    begin = time.monotonic()
    command = ["bash", "-c", "sleep 1; echo part JOB >out.JOB"]
    result = run("JOB=2:4", "log.JOB", *command, cwd=tmp_path)
    assert result.returncode == 0
    assert time.monotonic() - begin < 2.5
    written = {path.name: path.read_text() for path in tmp_path.glob("out.*")}
    assert written == {f"out.{n}": f"part {n}\n" for n in (2, 3, 4)}


def test_a_failing_job_fails_after_all_have_ended(tmp_path):
    script = "[[ JOB != 1 ]] || { echo because >&2; exit 3; }; sleep 1; touch out.JOB"
    result = run("JOB=1:2", "log.JOB", "bash", "-c", script, cwd=tmp_path)
    assert result.returncode == 1
    assert (tmp_path / "out.2").exists()
    assert "run.sh: failed; the end of log.1:" in result.stderr
    assert "    because\n    # ended with status 3\n" in result.stderr
    assert "1 of 2 jobs failed" in result.stderr


def test_logs_of_a_repeated_command_are_kept(tmp_path):
    for word in ("first", "second"):
        assert run("log", "echo", word, cwd=tmp_path).returncode == 0
    assert "first\n" in (tmp_path / "log").read_text()
    assert "second\n" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    "arguments", [[], ["log"], ["JOB=1:2", "log"], ["JOB=2:1", "log", "true"]]
)
def test_wrong_use_shows_the_usage(tmp_path, arguments):
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2 and "Usage: run.sh" in result.stderr
