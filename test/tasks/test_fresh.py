"""Fresh batches: never the same twice, and the same for any workers and restarts."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from corpora import write_corpus
from lab import CONF, ENVIRONMENT, TINY, equal, weights

from sqase.runtime import config
from sqase.simulation.build import build
from sqase.simulation.pool import Pool
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.fresh import FreshBatches, pairs
from sqase.tasks.training import enhancement_files, train

BRIEF = ["clip_seconds=1.0", "sets.valid.count=2"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data directories; the first has a pool."""
    root = tmp_path_factory.mktemp("fresh")
    folders = write_corpus(root)
    build(folders, config.load(CONF / "data.yaml", "smoke", BRIEF), root, nj=1)
    return root


def batches(data, epochs=(1, 2), **options):
    """The batches of these epochs, as lists of rows."""
    options = {"seed": 1, "batch_size": 4, "batches": 2, **options}
    fresh = FreshBatches(pairs(Pool(data / "train/pool")), collate_fn=list, **options)
    return [list(fresh.build_iter(epoch)) for epoch in epochs]


def rows(batches):
    return {
        utt: np.stack([row["speech_mix"], row["speech_ref1"]])
        for epoch in batches
        for batch in epoch
        for utt, row in batch
    }


def test_no_mixture_twice_and_the_same_after_a_restart(data):
    both = rows(batches(data))
    assert len(both) == 16 and len({row.tobytes() for row in both.values()}) == 16
    again = rows(batches(data, epochs=[2]))
    assert equal(again, {utt: both[utt] for utt in again})
    assert not both.keys() & rows(batches(data, seed=2)).keys()


@pytest.mark.parametrize("num_workers", [1, 2])
def test_workers_change_nothing(data, num_workers):
    assert equal(rows(batches(data, num_workers=num_workers)), rows(batches(data)))


def test_ranks_share_each_batch(data):
    first, second = (batches(data, rank=r, world_size=2) for r in (0, 1))
    assert equal(rows(first) | rows(second), rows(batches(data)))
    assert [len(batch) for batch in first[0]] == [2, 2]
    with pytest.raises(ValueError, match="batch_size: expected at least one row"):
        batches(data, batch_size=1, world_size=2)


def run(data, name):
    """Two epochs of 30 updates."""
    overrides = [*TINY[:3], "num_iters_per_epoch=30"]
    train(
        GuidedEnhancementTask,
        config.load(CONF / "se.yaml", "smoke", overrides),
        enhancement_files(data / "train"),
        enhancement_files(data / "valid"),
        data / name,
        seed=1,
    )
    return data / name


def test_killed_and_resumed_is_uninterrupted(data):
    code = f"import pathlib, test_fresh as t; t.run(pathlib.Path({str(data)!r}), 'killed')"
    here = f"{Path(__file__).parent}{os.pathsep}{ENVIRONMENT['PYTHONPATH']}"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=ENVIRONMENT | {"PYTHONPATH": here},
        stderr=subprocess.PIPE,
    )
    while not (data / "killed/1epoch.pth").exists():
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not (data / "killed/2epoch.pth").exists()
    assert equal(weights(run(data, "killed")), weights(run(data, "whole")))
