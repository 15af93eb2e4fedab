"""Training batches, drawn anew in every pass over the data."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np
import torch
from espnet2.iterators.sequence_iter_factory import SequenceIterFactory
from espnet2.samplers.abs_sampler import AbsSampler


def rank_and_world_size() -> tuple[int, int]:
    """Of this process in a distributed run; (0, 1) in any other."""
    if not torch.distributed.is_initialized():
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()


def drawn_batches(task, args, iter_options, batches) -> SequenceIterFactory:
    """What a task's `build_task_iter_factory` returns for a sampler of this file."""
    return SequenceIterFactory(
        dataset=task.build_dataset(args, iter_options),
        batches=batches,
        seed=args.seed,
        num_iters_per_epoch=iter_options.num_iters_per_epoch,
        num_workers=args.num_workers,
        collate_fn=iter_options.collate_fn,
        pin_memory=args.ngpu > 0,
    )


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
                f"utterances that batches are drawn from, got {batch_size}"
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


class PairedBatches(AbsSampler):
    """Random batches in which clips of one utterance sit together.

    What two systems made of one utterance differs in quality and in little else: such
    clips sit in pairs, and the edits of one output by fours, which gives six pairs.

    Args:
        utterances: clip id -> its utterance.
        edits: clip id -> the output that it is an edit of, for those that are one.
        batch_size: clips in a batch; some get one more, so that none is left out.
        rank, world_size: of a distributed run.
    """

    def __init__(
        self,
        utterances: Mapping[str, str],
        edits: Mapping[str, str],
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
    ):
        self.clips: dict[tuple[int, str], list[str]] = {}
        for clip, utterance in utterances.items():
            key = (4, edits[clip]) if clip in edits else (2, utterance)
            self.clips.setdefault(key, []).append(clip)
        self.count = max(1, len(utterances) // batch_size)
        self.rank, self.world_size = rank, world_size

    def __len__(self) -> int:
        return self.count

    def __iter__(self):
        return iter(self.generate(0))

    def generate(self, seed: int) -> list[list[str]]:
        """The batches of one pass over all clips."""
        random = np.random.RandomState(seed)
        groups = []
        for (size, _), clips in self.clips.items():
            order = random.permutation(clips).tolist()
            groups += [order[i : i + size] for i in range(0, len(order), size)]
        random.shuffle(groups)
        batches = np.array_split(sum(groups, []), self.count)
        ranks = (np.array_split(batch, self.world_size) for batch in batches)
        return [parts[self.rank].tolist() for parts in ranks]
