"""Scores of sound files by an assessor, in memory that their length does not move."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Iterator

import numpy as np
import torch

from sqase.metrics.scoring import fault
from sqase.sound import audio, streaming
from sqase.sqa.assessor import PART_SECONDS, SAMPLE_RATE, Assessor


@torch.no_grad()
def score_file(assessor: Assessor, path: str | Path) -> dict[str, float]:
    """`Assessor.score` of a file, whose channels are averaged.

    Raises:
        FileNotFoundError, ValueError: it cannot be read, or has no score.
    """
    sound = audio.header(path)
    if sound.seconds <= PART_SECONDS:
        wave, rate = audio.read(path)
        try:
            return assessor.score(wave, rate)
        except ValueError as error:
            raise ValueError(f"audio file {path}: {error}") from None

    def heard() -> Iterator[np.ndarray]:
        mono = (b.mean(axis=1, keepdims=True) for b in streaming.blocks(path))
        return streaming.resampled(mono, sound.sample_rate, SAMPLE_RATE)

    length = sum(map(len, heard()))
    count = math.ceil(length / (PART_SECONDS * SAMPLE_RATE))
    scores, faults = [], set()
    for part in streaming.equal_parts(heard(), length, count):
        wave = torch.from_numpy(part.T.copy()).to(assessor.model.low.device)
        scores.append(assessor(wave)[0])
        faults.add(fault("this", part[:, 0]))
    if None not in faults:  # a pause may fill a part, but not all
        raise ValueError(f"audio file {path}: {faults.pop()}")
    return dict(zip(assessor.metrics, torch.stack(scores).mean(0).tolist()))
