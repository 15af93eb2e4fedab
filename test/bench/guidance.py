"""What guidance costs: seconds per update of arms, over whole cycles of the loop.

Usage: PYTHONPATH=.:test python3 test/bench/guidance.py RECIPE [UPDATES]
RECIPE is the folder of a recipe whose stages 1 to 4 are done, e.g. egs/folders. Each arm
trains with one thread, and one process that scores where it has a loop, twice in turn.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ARMS = ("placebo", "frozen", "refreshed")


def train(recipe: Path, arm: str, updates: int) -> float:
    """Seconds per update."""
    with tempfile.TemporaryDirectory() as output:
        command = [
            *(sys.executable, "-m", "sqase.bin.train_arm", "--arm", arm),
            *("--config", "conf/se_guided.yaml", "--output_dir", output),
            *("--set", "max_epoch=1", f"num_iters_per_epoch={updates}"),
            *("--train_dir", "data/train", "--valid_dir", "data/valid"),
            *("--baseline", "exp/seed1/baseline", "--assessor", "exp/sqa/assessor"),
            *("--leaderboard", "exp/leaderboard/train"),
        ]
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        subprocess.run(
            command, cwd=recipe, env=environment, check=True, capture_output=True
        )
        unit = json.loads(Path(output, "unit.json").read_text(encoding="utf-8"))
        return unit["step_seconds"]


def main() -> None:
    """Measure and print."""
    recipe = Path(sys.argv[1])
    updates = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seconds: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for _ in range(2):
        for arm in ARMS:
            seconds[arm].append(train(recipe, arm, updates))
    base = statistics.mean(seconds[ARMS[0]])
    print(f"{updates} updates of each arm")
    for arm, values in seconds.items():
        each = ", ".join(f"{value:.3f}" for value in values)
        print(f"{arm:12} {each:>16} s {statistics.mean(values) / base:8.2f} x")


if __name__ == "__main__":
    main()
