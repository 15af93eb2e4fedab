"""Training in two processes: one enhancer, one assessor, one replay buffer."""

import subprocess
import sys

import torch
from lab import ENVIRONMENT, equal, loop_state, weights

RANK = """
import sys, pathlib, torch, lab
from sqase.tasks.enhancement import GuidedEnhancementTask

built = []

class Task(GuidedEnhancementTask):
    @classmethod
    def build_model(cls, args):
        built.append(super().build_model(args))
        return built[-1]

lab.GuidedEnhancementTask = Task
root, name, rank = sys.argv[1:]
options = {"dist_backend": "gloo", "dist_world_size": 2, "dist_rank": rank,
           "dist_init_method": f"file://{root}/{name}-rendezvous"}
extra = [text for key, value in options.items() for text in (f"--{key}", str(value))]
lab.Lab(pathlib.Path(root)).train("refreshed_real", name, extra=extra)
state = {"enhancer": built[0].state_dict(),
         "assessor": built[0].guide.assessor().state_dict()}
torch.save(state, f"{root}/{name}-{rank}.pth")
"""


def test_two_processes_end_with_the_same_enhancer_and_assessor(lab):
    name = "distributed"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RANK, str(lab.root), name, rank],
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
        )
        for rank in "01"
    ]
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    ends = [torch.load(lab.root / f"{name}-{rank}.pth") for rank in "01"]
    assert equal(ends[0], ends[1])
    output_dir = lab.root / name
    assert equal(ends[0]["enhancer"], weights(output_dir))
    start = torch.load(lab.baseline)
    assert not any(
        torch.equal(start[key], value) for key, value in weights(output_dir).items()
    )
    loop = loop_state(output_dir)["refresher"]
    left = loop["learners"]["gap"]["assessor"]
    assessor = {f"model.{key}": value for key, value in left.items()}
    assert equal(ends[1]["assessor"], assessor)
    stored = sorted(int(path.stem) for path in (output_dir / "replay").iterdir())
    assert stored == loop["replay"] == [6, 9, 12, 15, 18]
