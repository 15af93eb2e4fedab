"""How a fault is tried: a small place to work in, a program run in it, what it said.

Programs run in this process, where they are imported already: what is no error that a
program reports, a traceback, ends the test.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "egs/folders/conf"
SETTINGS = f"--metrics {CONF}/metrics.yaml --size smoke"
TRAINING = f"--train_dir lab/train --valid_dir lab/valid {SETTINGS}"
SE = f"se_train --config se.yaml {TRAINING} --output_dir out"
SQA = (
    f"sqa_train --config {CONF}/sqa.yaml --train_dir lab/leaderboard "
    f"--valid_dir lab/leaderboard {SETTINGS} --output_dir out"
)
STAGE_1 = (
    f"simulate_data --clean_dir corpus/clean --noise_dir corpus/noise --size smoke "
    f"--config {CONF}/data.yaml --output_dir data --nj 1"
)
HAND = "hand.touch"  # what code that must not run would write


@dataclass(frozen=True)
class Outcome:
    """What a program did."""

    status: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one error: the last line on stderr."""
        return self.err.strip().splitlines()[-1] if self.err.strip() else ""


def run(command: str) -> Outcome:
    """Run a program of `sqase.bin` with arguments, as a shell would split them."""
    program, *arguments = shlex.split(command)
    module = importlib.import_module(f"sqase.bin.{program.replace('-', '_')}")
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            module.main(arguments)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
            if isinstance(end.code, str):
                print(end.code, file=err)
    return Outcome(status, out.getvalue(), err.getvalue())


def refused(command: str, says: str) -> Outcome:
    """Run a program that must end with one clear error, in one line."""
    outcome = run(command)
    assert outcome.status in (1, 2), f"went on: {outcome.out}{outcome.err}"
    assert len(re.findall(r"^\S+: error: ", outcome.err, re.M)) == 1, outcome.err
    found = re.match(r"[\w-]+: error: (.*)", outcome.message)
    assert found and re.search(says, found[1]), outcome.err
    assert not Path(HAND).exists(), "code ran"
    return outcome


def fine(command: str) -> Outcome:
    """Run a program that must succeed."""
    outcome = run(command)
    assert outcome.status == 0, outcome.err
    return outcome


def recipe(*arguments: object, **variables: str) -> Outcome:
    """Run the recipe `mini`, in folders of this place, for 20 s at most."""
    here = "--expdir", f"{Path.cwd()}/exp", "--datadir", f"{Path.cwd()}/data"
    python = "--python", f"{Path.cwd()}/python"
    done = subprocess.run(
        [ROOT / "egs/mini/run.sh", *here, *python, *map(str, arguments)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=20,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@contextmanager
def full_disk(bytes_left: int):
    """No file can grow beyond some bytes: what a full disk or a quota is."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def killed(command: str, when: Callable[[], bool]) -> bool:
    """Run a program in a process, kill -9 that as soon as `when` says so.

    Returns:
        Whether it was killed; False where it ended before.
    """
    process = get_context("fork").Process(target=run, args=(command,))
    process.start()
    while process.is_alive():
        if when():
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        else:
            process.join(0.002)
    return process.exitcode == -signal.SIGKILL


def contents(folder: str | Path) -> dict[str, bytes]:
    """Path -> content of every file in a folder that a user would see."""
    folder = Path(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
