"""utils/slurm.sh on a real Slurm of one machine, where its packages are installed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import cluster
import pytest
import signals
import soundfile
from cluster import PATIENCE
from shell import ROOT, UTILS

from sqase.data.data_dir import read_labels, write_scp

pytestmark = pytest.mark.skipif(bool(cluster.missing()), reason=cluster.missing())


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    started = cluster.Cluster(tmp_path_factory.mktemp("slurm"))
    yield started
    started.stop()


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


def launcher(folder):
    """The command that a recipe uses for labelling, from a cmd.sh made for Slurm."""
    text = (UTILS / "cmd.sh").read_text()
    (folder / "cmd.sh").write_text(text.replace("=local", "=slurm", 1))
    script = 'nj=3 ngpu=0; . "$0"; echo "${train_cmd}"'
    said = subprocess.check_output(["bash", "-euc", script, folder / "cmd.sh"])
    program, *options = said.decode().split()
    return [ROOT / "egs" / "mini" / program, *options]


def start(slurm, folder, *command):
    return subprocess.Popen(
        [*map(str, command)],
        cwd=folder,
        env=slurm.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_array_has_a_log_a_job_and_waits_its_turn(slurm, tmp_path):
    folder = tmp_path / "données 9%a"
    folder.mkdir()
    script = "mkdir at.JOB; ls -d at.* | wc -l; sleep 0.5; rmdir at.JOB; ((JOB != 3))"
    command = [UTILS / "slurm.sh", "--mem=100M", "--max-jobs-run=1", "JOB=2:4"]
    log = folder / "log" / "x.JOB.log"
    process = start(slurm, folder, *command, log, "bash", "-c", script)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    for number, status in ((2, 0), (3, 1), (4, 0)):
        log = (folder / "log" / f"x.{number}.log").read_text().splitlines()
        assert log[-2:] == ["1", f"# ended with status {status}"]
    assert "slurm.sh: failed; the end of" in errors and "x.3.log:\n" in errors
    assert "    # ended with status 1\nslurm.sh: 1 of 3 jobs failed\n" in errors


def test_interrupted_or_killed_no_two_work_on_the_same(slurm, tmp_path):
    wait = "for ((n = 0; n < 600; n++)); do [[ ! -e go ]] || break; sleep 0.1; done"
    script = f"mkdir busy; touch begun; {wait}; rmdir busy"
    command = [UTILS / "slurm.sh", "--mem=100M", "x.log", "bash", "-euc", script]
    first = start(slurm, tmp_path, *command)
    wait_for((tmp_path / "begun").exists)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 143
    wait_for(lambda: not slurm.ask("squeue", "--noheader"))
    (tmp_path / "busy").rmdir()
    (tmp_path / "begun").unlink()

    second = start(slurm, tmp_path, *command)
    wait_for((tmp_path / "begun").exists)
    second.kill()  # what it submitted goes on
    second.wait()
    third = start(slurm, tmp_path, *command)
    waits = lambda: "Dependency" in slurm.ask("squeue", "--format=%r")
    wait_for(lambda: waits() or third.poll() is not None)
    (tmp_path / "go").touch()
    third.communicate(timeout=PATIENCE)
    assert third.returncode == 0, (tmp_path / "x.log").read_text()


def test_labelling_with_a_shard_killed_is_complete_and_nothing_is_double(
    slurm, tmp_path
):
    speech, noise = signals.speech_like(4, 2), signals.noise_like(4, 2)
    soundfile.write(tmp_path / "clean.wav", speech, 16000)
    ids = [f"s-u{number:02d}" for number in range(96)]
    for snr, utt in enumerate(ids):
        mixture = 0.5 * signals.mix(speech, noise, snr / 4)
        soundfile.write(tmp_path / f"{utt}.wav", mixture, 16000)
    write_scp(tmp_path / "wav.scp", {utt: tmp_path / f"{utt}.wav" for utt in ids})
    write_scp(tmp_path / "spk1.scp", dict.fromkeys(ids, tmp_path / "clean.wav"))
    write_scp(tmp_path / "utt2sys", dict.fromkeys(ids, "s"))
    output, cache = tmp_path / "labels.jsonl", tmp_path / "scores.db"
    command = [UTILS / "in_shards.sh", "2", *launcher(tmp_path), tmp_path / "x.log"]
    command += [sys.executable, "-m", "sqase.bin.label_data", "--data_dir", tmp_path]
    command += ["--metrics", "pesq_wb si_snr", "--cache", cache, "--output", output]
    parts = [tmp_path / "scores.db.parts" / f"{n}-of-2.sqlite" for n in (1, 2)]

    first = start(slurm, ROOT, *command)
    wait_for(lambda: count(parts[1]) >= 4)
    os.kill(job_of(slurm, "2"), signal.SIGKILL)
    _, errors = first.communicate(timeout=PATIENCE)
    assert first.returncode == 1 and not output.exists()
    assert "x.2.log" in errors and "1 of 2 jobs failed" in errors
    kept = [tamper(part) for part in parts]
    assert kept[0] == 96 and 4 <= kept[1] < 96, "killed in the middle"

    second = start(slurm, ROOT, *command)
    _, errors = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, errors
    rows = read_labels(output)
    assert [row["id"] for row in rows] == ids
    values = [value for row in rows for value in row["metrics"].values()]
    assert None not in values and values.count(-1) == sum(kept)
    assert count(cache) == 192 and not any(part.exists() for part in parts)


def job_of(slurm, number):
    """Process of the program that is this job of the only array."""
    for process in os.listdir("/proc"):
        try:
            words = open(f"/proc/{process}/cmdline").read().split("\0")
        except OSError:  # none, or it has just ended
            continue
        if f"{number}/2" in words and "sqase.bin.label_data" in words:
            if words[0] == sys.executable:
                return int(process)
    raise AssertionError("the job is not there")


def count(path):
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as file:
            return file.execute("SELECT COUNT(*) FROM scores").fetchone()[0]
    except sqlite3.OperationalError:  # it is not there yet
        return 0


def tamper(path):
    """Replace every score by -1 and count them: what is used again is then seen."""
    with sqlite3.connect(path) as file:
        return file.execute("UPDATE scores SET value = -1").rowcount
