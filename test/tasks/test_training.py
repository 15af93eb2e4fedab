"""sqase.tasks.training: what a training on several machines leaves to the first."""

import pytest

from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.training import train


class Task(GuidedEnhancementTask):
    """Trains nothing: what is tested comes after."""

    @classmethod
    def main(cls, args=None, cmd=None):
        assert "--config" in cmd


@pytest.mark.parametrize("rank", ["0", "1"])
def test_one_of_several_processes_goes_on(tmp_path, monkeypatch, rank):
    facts = {"PROCID": rank, "NTASKS": "2", "STEP_NUM_NODES": "2"}
    for name, value in (facts | {"STEP_NODELIST": "a,b"}).items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    files = [("wav.scp", "speech_mix", "sound")]

    def goes_on(settings):
        train(Task, settings, files, files, tmp_path, seed=1)
        return True

    assert goes_on({})
    if rank == "0":
        assert goes_on({"dist_launcher": "slurm"})
    else:
        with pytest.raises(SystemExit):
            goes_on({"dist_launcher": "slurm"})
