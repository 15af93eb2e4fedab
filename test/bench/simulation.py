"""What mixing costs, and what a second process gains.

Usage: OMP_NUM_THREADS=1 PYTHONPATH=.:test python3 test/bench/simulation.py [MIXTURES]
Clips of 4 s as egs/folders mixes them for training, as they are and with all
degradations and simulated rooms at the rates of the URGENT challenge. Prints mixtures a
second of one run, each measured three times in turn (1 process, 2 processes, ...), so
that a machine that grows slower slows all of them.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from corpora import write_corpus

from sqase.runtime import config
from sqase.simulation.build import build

CONF = Path(__file__).parents[2] / "egs/folders/conf/data.yaml"
TURNS = 3
ALL = {
    "reverb_share": 0.5,
    "degradations": {
        "wind": {"share": 0.05},
        "clipping": {"share": 0.31},
        "band_limit": {"share": 0.31},
        "codec": {"share": 0.31},
        "packet_loss": {"share": 0.31},
    },
    "simulated_rooms": {
        "size_m": [3, 8],
        "height_m": [2.4, 4],
        "rt60_s": [0.2, 0.8],
        "distance_m": [0.3, 2],
    },
}


def settings(count: int, changes: dict) -> dict:
    """Those of egs/folders, for a training set of `count` mixtures."""
    loaded = config.merge(config.load(CONF), changes)
    train = {**loaded["sets"]["train"], "count": count}
    return {**loaded, "sets": {"train": train}, "shares": {"train": 1.0}}


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    variants = {"plain": settings(count, {}), "all of it": settings(count, ALL)}
    seconds: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        corpus = write_corpus(root / "corpus", speakers=20, kinds=20)
        folders = {kind: corpus[kind] for kind in ("clean", "noise")}
        for turn in range(TURNS):
            for what, chosen in variants.items():
                for nj in (1, 2):
                    output_dir = root / f"{turn}-{nj}-{what}"
                    start = time.perf_counter()
                    build(folders, chosen, output_dir, nj)
                    took = time.perf_counter() - start
                    seconds.setdefault((what, nj), []).append(took)
    print(f"{count} mixtures of {chosen['clip_seconds']:g} s")
    for (what, nj), values in seconds.items():
        median = statistics.median(values)
        each = ", ".join(f"{value:.1f}" for value in values)
        gain = statistics.median(seconds[what, 1]) / median
        print(
            f"{what + ',':10} {nj} process(es) {each:>18} s "
            f"{count / median / nj:6.1f} mixtures/s per core {gain:6.2f} x"
        )


if __name__ == "__main__":
    main()
