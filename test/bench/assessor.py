"""What a guided update pays for its assessor, against the enhancer that it guides.

Usage: PYTHONPATH=.:test python3 test/bench/assessor.py [BATCH]
Forward and backward on one batch of 4 s clips: the assessor of egs/folders in blind and
reference mode, the enhancement network of egs/folders, and BSRNN at the size of the
published recipes. Ratios of one run, each measured in turn.
"""

import statistics
import sys
import time
from pathlib import Path

import torch
from lab import build

from sqase.metrics import METRICS
from sqase.runtime import config
from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel
from sqase.tasks.enhancement import GuidedEnhancementTask

CONF = Path(__file__).parents[2] / "egs/folders/conf"
SAMPLES = 64000
TURNS = 4


def enhancer(path: Path, speech: torch.Tensor, reference: torch.Tensor):
    """An update without its optimiser."""
    model = build(GuidedEnhancementTask, config.load(path)).train()
    lengths = torch.full((len(speech),), SAMPLES)
    batch = {
        "speech_mix": speech,
        "speech_mix_lengths": lengths,
        "speech_ref1": reference,
        "speech_ref1_lengths": lengths,
    }

    def update():
        model.zero_grad()
        model(**batch)[0].backward()

    return update


def assessor(speech: torch.Tensor, reference: torch.Tensor, mode: str):
    """The gradient of the scores at the waveform."""
    settings = config.load(CONF / "sqa.yaml")["sqa_conf"]
    facts = [METRICS.load(name) for name in ("pesq_wb", "estoi", "si_snr", "sdr")]
    heads = {m.name: {"low": m.low, "high": m.high} for m in facts}
    frozen = Assessor(SQAModel(heads, **settings), {})

    def step():
        wave = speech.clone().requires_grad_()
        frozen(wave, second=reference, mode=mode).sum().backward()

    return step


def main() -> None:
    """Measure and print."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    generator = torch.Generator().manual_seed(0)
    speech, reference = 0.1 * torch.randn(2, size, SAMPLES, generator=generator)
    steps = {
        "enhancer of egs/folders": enhancer(CONF / "se.yaml", speech, reference),
        "assessor, blind": assessor(speech, reference, "blind"),
        "assessor, reference": assessor(speech, reference, "reference"),
        "BSRNN, published size": enhancer(
            CONF.parents[1] / "dns/conf/se.yaml", speech, reference
        ),
    }
    seconds = {name: [] for name in steps}
    for turn in range(TURNS + 1):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if turn:  # the first one warms up
                seconds[name].append(time.perf_counter() - start)
    base = statistics.median(seconds["enhancer of egs/folders"])
    print(f"batch of {size} clips of 4 s, {torch.get_num_threads()} threads")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"{name:26} {1000 * median:8.0f} ms {median / base:8.3f} x")


if __name__ == "__main__":
    main()
