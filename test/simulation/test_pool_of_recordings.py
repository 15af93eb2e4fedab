"""Fresh mixtures: the same id gives the same, from whatever memory and in any order."""

import json
from pathlib import Path

import numpy as np
import pytest
from corpora import write, write_corpus
from test_build import settings

from sqase.data.listings import read_scp
from sqase.simulation.build import build
from sqase.simulation.mixing import active_level
from sqase.simulation.pool import Pool


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """Folder of what a training set is drawn from, beside it."""
    root = tmp_path_factory.mktemp("pool")
    build(write_corpus(root), settings(), root / "data", nj=1)
    return root / "data/train/pool"


def test_a_mixture_depends_on_its_id_alone(pool):
    first = Pool(pool).mixture("a", 3)
    on_disk = Pool(pool, memory_gb=0)
    other = on_disk.mixture("b", 3)
    for kept, read in zip(first, on_disk.mixture("a", 3)):
        assert kept.shape == (64000,) and kept.dtype == np.float32
        np.testing.assert_allclose(kept, read, atol=1e-3)  # cuts resampled or not
    assert not np.array_equal(first[0], other[0])


def test_mixtures_are_drawn_as_those_of_the_set(pool):
    drawn = json.loads((pool / "drawing.json").read_text())
    low, high = drawn["settings"]["snr_range_db"]
    ratios = []
    for number in range(8):
        noisy, reference = Pool(pool).mixture(f"{number}", number)
        assert max(np.abs(noisy).max(), np.abs(reference).max()) <= 0.9001
        ratios.append(active_level(reference) - active_level(noisy - reference))
    assert low - 3 < min(ratios) < max(ratios) < high + 3  # some are in rooms


def test_a_corpus_inside_of_the_recipe_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    build(write_corpus(Path("corpus")), settings(), Path("data"), nj=1)
    noisy, _ = Pool("data/train/pool").mixture("a")
    assert noisy.any()


def test_only_sets_with_references_to_train_on_have_a_pool(pool):
    data = pool.parents[1]
    assert not list(data.glob("*real*/pool")) and (pool / "recordings.jsonl").exists()
    speakers = set(read_scp(data / "train/utt2spk").values())
    lines = map(json.loads, (pool / "recordings.jsonl").read_text().splitlines())
    heard = {line["source"] for line in lines if line["kind"] == "clean"}
    assert heard >= speakers


def test_no_pool_and_nothing_but_silence_are_named(pool, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such pool. Run stage 1"):
        Pool(tmp_path)
    corpus = write_corpus(tmp_path / "c")
    build(corpus, settings(), tmp_path / "data", nj=1)
    folder = tmp_path / "data/train/pool"
    for line in (folder / "recordings.jsonl").read_text().splitlines():
        facts = json.loads(line)
        if facts["kind"] == "noise":
            write(Path(facts["path"]), np.zeros(80000))
    with pytest.raises(ValueError, match="got ten draws of silence"):
        Pool(folder).mixture("a")
