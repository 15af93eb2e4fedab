"""Training batches of rows with a reference, and rows without added to them."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from espnet2.samplers.abs_sampler import AbsSampler


class MixedBatches(AbsSampler):
    """Random batches; the rows with a reference do not depend on the others.

    So an arm with real recordings sees the very same simulated batches as one
    without. Within a rank of a distributed run each batch keeps its share of both.

    Args:
        with_reference: utterance ids.
        without_reference: utterance ids; may be empty.
        batch_size: rows with a reference in a batch.
        real_per_batch: rows without one added to it.
        rank, world_size: of a distributed run.
    """

    def __init__(
        self,
        with_reference: Sequence[str],
        without_reference: Sequence[str],
        batch_size: int,
        real_per_batch: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ):
        if len(with_reference) < batch_size:
            raise ValueError(
                f"batch_size: expected at most the {len(with_reference)} training "
                f"utterances with a reference, got {batch_size}"
            )
        if batch_size < world_size:
            raise ValueError(
                f"batch_size: expected at least one row for each of the {world_size} "
                f"processes, got {batch_size}"
            )
        if real_per_batch and not without_reference:
            raise ValueError(
                "real_per_batch: expected utterances without reference, got none. "
                "Give --real_dir or choose an arm without real recordings"
            )
        self.with_reference = list(with_reference)
        self.without_reference = list(without_reference)
        self.batch_size, self.real_per_batch = batch_size, real_per_batch
        self.rank, self.world_size = rank, world_size

    def __len__(self) -> int:
        return len(self.with_reference) // self.batch_size

    def __iter__(self):
        return iter(self.generate(0))

    def generate(self, seed: int) -> list[list[str]]:
        """The batches of one pass over the rows with a reference."""
        order = np.random.RandomState(seed).permutation(self.with_reference)
        chooser = np.random.RandomState(seed + 1)
        batches = []
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            rows = order[start : start + self.batch_size].tolist()
            real = chooser.choice(
                self.without_reference or [""], self.real_per_batch
            ).tolist()
            step = slice(self.rank, None, self.world_size)
            batches.append(rows[step] + real[step])
        return batches
