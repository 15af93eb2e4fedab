"""The versions of an output that the closed loop labels and compares.

Of each output of the enhancer: itself, what the starting model makes of the same
recording, and small changes of it (`sqase.systems.edit`). Guidance asks what such a
change gains; so true labels of several versions of one clip answer it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from sqase.sqa.assessor import SAMPLE_RATE
from sqase.sqa.clips import Batch
from sqase.sqa.model import mean_signal
from sqase.systems.edit import edited, kinds_for

EDITS = 2
VERSIONS = 2 + EDITS


def with_versions(
    outputs: Batch, before: torch.Tensor, rng: np.random.Generator
) -> Batch:
    """All outputs, then all of the starting model, then one edit of each, and another.

    Args:
        outputs: of the enhancer.
        before: (batch, time), what the starting model makes of the same recordings.
        rng: of the edits.
    """
    missing = outputs.speech.shape[1] - before.shape[1]
    versions = [outputs.speech, torch.nn.functional.pad(before, (0, missing))]
    versions += [edited_speech(outputs, rng) for _ in range(EDITS)]
    clips = Batch.join([replace(outputs, speech=speech) for speech in versions])
    return Batch.unpack(clips.pack())


def outputs_of(clips: Batch) -> int:
    """How many of the clips that `with_versions` gave are outputs: the first ones."""
    return len(clips.lengths) // VERSIONS


def draw_groups(clips: Batch, count: int, generator: torch.Generator) -> Batch:
    """Some outputs, each with its versions after it."""
    outputs = outputs_of(clips)
    order = torch.randperm(outputs, generator=generator)[:count]
    versions = outputs * torch.arange(VERSIONS)
    return clips.rows((order[:, None] + versions).flatten())


def edited_speech(outputs: Batch, rng: np.random.Generator) -> torch.Tensor:
    """(batch, time): a change of each, of a kind that is drawn."""
    changed = torch.zeros_like(outputs.speech)
    sound = {name: getattr(outputs, name) for name in ("speech", "noisy", "reference")}
    sound["committee"] = mean_signal(outputs.committee)
    for row, length in enumerate(outputs.lengths.tolist()):
        waves = {name: wave[row, :length].numpy() for name, wave in sound.items()}
        there = dict(zip(("reference", "committee"), outputs.modes[row, 2:].tolist()))
        others = {name: waves[name] for name, known in there.items() if known}
        wave = edited(
            rng.choice(kinds_for(others)),
            enhanced=waves["speech"],
            noisy=waves["noisy"],
            others=others,
            sample_rate=SAMPLE_RATE,
            rng=rng,
        )
        changed[row, :length] = torch.from_numpy(np.ascontiguousarray(wave))
    return changed
