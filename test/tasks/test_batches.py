"""Batches of rows with and without reference, and of pairs of clips."""

import pytest

from sqase.tasks.batches import MixedBatches, PairedBatches

PAIRS = [f"p{i}" for i in range(10)]
REAL = [f"r{i}" for i in range(3)]


def pairs_of(batches):
    return [[name for name in batch if name.startswith("p")] for batch in batches]


def test_rows_with_reference_are_the_same_with_and_without_others():
    alone = MixedBatches(PAIRS, [], 3).generate(5)
    mixed = MixedBatches(PAIRS, REAL, 3, real_per_batch=2).generate(5)
    assert pairs_of(mixed) == alone
    assert [len(batch) for batch in mixed] == [5, 5, 5] == [5] * len(mixed)


def test_a_pass_repeats_no_pair_and_another_seed_is_another_order():
    sampler = MixedBatches(PAIRS, REAL, 3, 1)
    names = sum(pairs_of(sampler.generate(1)), [])
    assert len(set(names)) == len(names) == 3 * len(sampler)
    assert sampler.generate(1) == sampler.generate(1) != sampler.generate(2)
    assert {n for s in range(9) for b in sampler.generate(s) for n in b} > set(REAL)


def test_ranks_share_each_batch():
    whole = MixedBatches(PAIRS, REAL, 4, 2).generate(7)
    ranks = [MixedBatches(PAIRS, REAL, 4, 2, rank, 2).generate(7) for rank in (0, 1)]
    for batch, first, second in zip(whole, *ranks, strict=True):
        assert sorted(first + second) == sorted(batch)
        for part in (first, second):
            assert len(pairs_of([part])[0]) == 2 and len(part) == 3


def test_errors():
    with pytest.raises(
        ValueError, match="at most the 10 training utterances .* got 11"
    ):
        MixedBatches(PAIRS, [], 11)
    with pytest.raises(ValueError, match="expected utterances without reference"):
        MixedBatches(PAIRS, [], 2, real_per_batch=1)
    with pytest.raises(ValueError, match="batch_size: expected at least one row .* 3 "):
        MixedBatches(PAIRS, REAL, 2, 2, rank=0, world_size=3)


CLIPS = {f"{system}-u{n}": f"u{n}" for system in "abcde" for n in range(9)}  # 45


def test_paired_batches_use_every_clip_once_and_keep_pairs_together():
    sampler = PairedBatches(CLIPS, {}, batch_size=8)
    batches = sampler.generate(3)
    assert len(batches) == len(sampler) == 5
    assert sorted(len(batch) for batch in batches) == [9] * 5
    assert sorted(sum(batches, [])) == sorted(CLIPS)
    assert sampler.generate(3) == batches != sampler.generate(4)
    alone = 0
    for batch in batches:
        utterances = [CLIPS[clip] for clip in batch]
        alone += sum(utterances.count(utterance) == 1 for utterance in utterances)
        assert len({clip[0] for clip in batch}) > 2, "expected several systems"
    assert alone < 25, "of 45: 9 are, and up to two at each cut between batches"


def test_ranks_share_each_batch_of_pairs():
    whole = PairedBatches(CLIPS, {}, 8).generate(7)
    ranks = [PairedBatches(CLIPS, {}, 8, rank, 2).generate(7) for rank in (0, 1)]
    assert [first + second for first, second in zip(*ranks, strict=True)] == whole


def test_edits_of_one_output_sit_by_fours():
    edits = {f"edit_{k}-{u}": u for u in ("u1", "u2", "u3") for k in range(4)}
    sampler = PairedBatches({**CLIPS, **edits}, edits, batch_size=8)
    order = sum(sampler.generate(3), [])
    for utterance in ("u1", "u2", "u3"):
        places = [order.index(clip) for clip, of in edits.items() if of == utterance]
        assert max(places) - min(places) == 3


def test_few_clips_are_one_batch():
    assert [len(b) for b in PairedBatches({"a": "u", "b": "u"}, {}, 8).generate(0)] == [2]
