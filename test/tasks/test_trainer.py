"""A training that is interrupted, wherever, ends as if it had not been."""

import signal
import subprocess
import sys

import pytest
from lab import ENVIRONMENT, FORGETFUL, equal, loop_state, weights

from sqase.tasks.trainer import best_weights

DYING = """
import os, pathlib, signal, sys, lab
from sqase.tasks.learning import Learner

class Dying(Learner):
    def step(self, fresh, replay, update):
        if update == 15:
            os.kill(os.getpid(), signal.SIGKILL)
        super().step(fresh, replay, update)

sys.modules["sqase.tasks.refresh"].Learner = Dying
root, name, override = sys.argv[1:]
lab.Lab(pathlib.Path(root)).train("refreshed_real", name, override)
"""

SCHEDULE = "scheduler_conf.max_steps=20"  # that of two epochs, whenever it is interrupted


@pytest.fixture
def same_as_uninterrupted(refreshed_real):
    def check(output_dir):
        assert equal(weights(output_dir), weights(refreshed_real))
        assert equal(loop_state(output_dir), loop_state(refreshed_real))
        folders = [folder / "replay" for folder in (output_dir, refreshed_real)]
        names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
        assert names[0] == names[1] and len(names[0]) > 0

    return check


def resume(lab, name, epochs=2):
    overrides = (FORGETFUL, f"max_epoch={epochs}", SCHEDULE)
    return lab.train("refreshed_real", name, *overrides)


def test_resumed_between_epochs(lab, same_as_uninterrupted):
    output_dir = resume(lab, "between", epochs=1)
    assert not (output_dir / "2epoch.pth").exists()
    written = (output_dir / "1epoch.pth").stat().st_mtime_ns
    same_as_uninterrupted(resume(lab, "between"))
    assert (output_dir / "1epoch.pth").stat().st_mtime_ns == written  # not done again


def test_killed_while_the_checkpoint_was_written(lab, same_as_uninterrupted):
    """It is cut; the state beside the weights is already that of the new epoch."""
    output_dir = resume(lab, "cut")
    checkpoint = output_dir / "checkpoint.pth"
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    (output_dir / "2epoch.pth").unlink()
    same_as_uninterrupted(resume(lab, "cut"))


def test_killed_after_the_checkpoint_before_the_weights(lab, same_as_uninterrupted):
    output_dir = resume(lab, "late")
    for cut in (True, False):
        (output_dir / "2epoch.pth").write_bytes(b"PK")
        if not cut:
            (output_dir / "2epoch.pth").unlink()
        same_as_uninterrupted(resume(lab, "late"))


def test_killed_while_the_first_checkpoint_was_written(lab, same_as_uninterrupted):
    """There is none to go back to: all starts again."""
    output_dir = resume(lab, "first", epochs=1)
    (output_dir / "checkpoint.pth").write_bytes(b"PK")
    same_as_uninterrupted(resume(lab, "first"))


def test_best_weights_do_not_depend_on_links(refreshed_real):
    link = refreshed_real / "valid.loss.best.pth"
    assert best_weights(refreshed_real) == link.resolve()


def test_kill_9_in_the_middle_of_an_epoch(lab, same_as_uninterrupted):
    command = [sys.executable, "-c", DYING, str(lab.root), "killed", FORGETFUL]
    process = subprocess.run(command, env=ENVIRONMENT, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    output_dir = lab.root / "killed"
    assert (output_dir / "replay/00000015.pt").exists()
    assert not (output_dir / "loop/2epoch.pth").exists()
    written = (output_dir / "1epoch.pth").stat().st_mtime_ns
    same_as_uninterrupted(resume(lab, "killed"))
    assert (output_dir / "1epoch.pth").stat().st_mtime_ns == written
