"""Training batches of mixtures that are made when they are heard, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from espnet2.iterators.abs_iter_factory import AbsIterFactory

from sqase.simulation.pool import Pool


def pairs(pool: Pool) -> Callable[[str, int], dict[str, np.ndarray]]:
    """What draws rows of a pool as ESPnet's datasets give them."""

    def draw(utt: str, number: int) -> dict[str, np.ndarray]:
        noisy, reference = pool.mixture(utt, number)
        return {"speech_mix": noisy, "speech_ref1": reference}

    return draw


class FreshBatches(AbsIterFactory):
    """Every epoch has its own mixtures, each seeded by the seed, epoch and number.

    So a resumed training hears what an uninterrupted one would have heard, and neither
    the number of workers nor that of processes changes a batch.

    Args:
        draw: called with an id and the row's number, gives what `collate_fn` gets.
        seed: of the training.
        batch_size: mixtures in a batch, over all processes.
        batches: of an epoch.
        collate_fn: of the task.
        num_workers: processes that mix, beside the one that trains; 0: none.
        rank, world_size: of a distributed run; each rank makes its share of a batch.
    """

    def __init__(
        self,
        draw: Callable[[str, int], Any],
        seed: int,
        batch_size: int,
        batches: int,
        collate_fn,
        num_workers: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ):
        if batch_size < world_size:
            raise ValueError(
                f"batch_size: expected at least one row for each of the {world_size} "
                f"processes, got {batch_size}"
            )
        self.keys = _Keys(batch_size, batches, rank, world_size)
        self.loader = torch.utils.data.DataLoader(
            _Rows(draw, seed),
            batch_sampler=self.keys,
            collate_fn=collate_fn,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
            multiprocessing_context="fork" if num_workers else None,  # shares the pool
        )

    def build_iter(self, epoch: int, shuffle: bool | None = None):
        """The batches of an epoch; there is no other order to shuffle them into."""
        self.keys.epoch = epoch
        return self.loader


class _Keys(torch.utils.data.Sampler):
    """(epoch, number) of each row, batch by batch."""

    def __init__(self, batch_size: int, batches: int, rank: int, world_size: int):
        self.batch_size, self.batches = batch_size, batches
        self.rank, self.world_size = rank, world_size
        self.epoch = 0

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for first in range(0, self.batches * self.batch_size, self.batch_size):
            numbers = range(first + self.rank, first + self.batch_size, self.world_size)
            yield [(self.epoch, number) for number in numbers]


class _Rows(torch.utils.data.Dataset):
    """(epoch, number) -> id and row."""

    def __init__(self, draw: Callable[[str, int], Any], seed: int):
        self.draw, self.seed = draw, seed

    def __getitem__(self, key: tuple[int, int]) -> tuple[str, Any]:
        utt = f"fresh-{self.seed}-{key[0]}-{key[1]}"
        return utt, self.draw(utt, key[1])
