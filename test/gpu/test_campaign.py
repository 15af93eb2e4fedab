"""The whole campaign, rehearsed on the CPU: killed after the baseline, and taken up."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from corpora import write_corpus
from lab import ENVIRONMENT

CAMPAIGN = Path(__file__).parent / "campaign.py"
WHOLE = {"selected.pth", "config.yaml", "unit.json"}


def rehearse(packed, results, until):
    """Start, and kill once the log says a text."""
    results.mkdir()
    output, log = packed / f"{results.name}.txt", results / "campaign.log"
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, CAMPAIGN, packed, results, "--rehearse"],
            env=ENVIRONMENT,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    while not (log.exists() and until in log.read_text()):
        if process.poll() is not None:
            break
        time.sleep(0.2)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert until in log.read_text(), output.read_text() + log.read_text()
    return log.read_text()


def names(archive):
    """Of the files in an archive."""
    with tarfile.open(archive) as tar:
        return {member.name for member in tar if member.isfile()}


def test_all_of_it_runs_and_goes_on_from_what_is_there(tmp_path):
    packed, first, second = tmp_path, tmp_path / "first", tmp_path / "second"
    for kind, folder in write_corpus(tmp_path / "corpus").items():
        (packed / kind).symlink_to(folder)
    rehearse(packed, first, until='"pair": [')
    figures = json.loads((first / "figures.json").read_text())
    assert figures["tests"] == 0, (first / "tests.log").read_text()
    steps = figures["seconds_an_update"]
    assert len(steps) == 6 and all(isinstance(s, float) for s in steps.values()), steps

    (packed / "before").mkdir()
    for name in ("baseline.tar", "figures.json"):
        shutil.copy(first / name, packed / "before")
    log = rehearse(packed, second, until="left: done")
    assert not (second / "tests.log").exists() and "baseline: ended" not in log
    assert "placebo: ended with 0" in log and "refreshed: ended with 0" in log
    assert names(second / "baseline.tar") == WHOLE | {"heard.txt"}
    for name in ("placebo", "refreshed"):
        assert names(second / f"{name}.tar") == WHOLE
