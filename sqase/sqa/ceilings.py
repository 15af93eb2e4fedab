"""Where guidance stops: scores beyond which there is nothing to gain."""

from __future__ import annotations

import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.modes import MODES


@torch.no_grad()
def measure_ceilings(
    assessor: Assessor, clean: list[torch.Tensor], real: dict[str, list[float]]
) -> dict[str, dict[str, float]]:
    """Where guidance should stop pulling, per mode and metric.

    For most metrics this is the score that the assessor itself gives to clean
    speech. Metrics without an upper bound in practice (SI-SNR, SDR), and all where
    there is no clean speech, stop at what one in ten outputs of real systems reaches.

    Args:
        assessor: the assessor.
        clean: clean validation clips, each (time,) at 16 kHz; may be empty.
        real: metric -> labels of real systems, for the metrics that stop there.

    Returns:
        {mode: {metric: score}}.
    """
    ceilings = {}
    for mode in MODES:
        clips = [assessor(c[None], second=c[None], mode=mode)[0] for c in clean]
        scores = torch.stack(clips).mean(0) if clips else ()
        ceilings[mode] = {
            name: round(float(score), 4)
            for name, score in zip(assessor.metrics, scores)
        }
        for name, labels in real.items():
            share = 0.9 if assessor.sign(name) > 0 else 0.1
            quantile = torch.quantile(torch.tensor(labels, dtype=torch.float32), share)
            ceilings[mode][name] = round(float(quantile), 4)
    return ceilings
