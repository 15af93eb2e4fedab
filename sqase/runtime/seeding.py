"""Random numbers that belong to an utterance, not to the order of the work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np


def rng_for(utt_id: str, seed: int) -> np.random.Generator:
    """Generator seeded by a digest of the id, so that neither the order of the
    utterances nor the number of workers changes what an utterance gets.

    Args:
        utt_id: utterance id, or any text that names what is being drawn.
        seed: seed of the run.
    """
    digest = hashlib.sha256(f"{seed}:{utt_id}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def draw(name: str, utterances: Iterable[str], count: int) -> list[str]:
    """Choose utterances by a digest: fewer of them are the first of more.

    Args:
        name: of what they are chosen for; another one has others.
        utterances: ids.
        count: upper limit.
    """
    return sorted(
        utterances, key=lambda utt: hashlib.sha256(f"{name} {utt}".encode()).digest()
    )[:count]
