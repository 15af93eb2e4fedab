"""Mixing on the device: the mixtures of the processor, from the same seed."""

import json

import numpy as np
import pytest
import torch
from corpora import write_corpus
from lab import CONF, TINY, equal, weights

from sqase.runtime import config
from sqase.simulation import mixing
from sqase.simulation.build import build
from sqase.simulation.pool import Pool
from sqase.tasks import device_mixing
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.fresh import FreshBatches, pairs
from sqase.tasks.fresh_on_device import FreshBatchesOnDevice
from sqase.tasks.training import enhancement_files, train

BRIEF = ["clip_seconds=1.0", "sets.valid.count=2", "reverb_share=0.4"]
OPTIONS = {"seed": 1, "batch_size": 12, "batches": 2}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data directories; the first has a pool."""
    root = tmp_path_factory.mktemp("device")
    settings = config.load(CONF / "data.yaml", "smoke", BRIEF)
    build(write_corpus(root), settings, root, nj=1)
    return root


def on_device(data, epoch=1, **options):
    """Id -> noisy and reference, of an epoch."""
    pool = Pool(data / "train/pool", memory_gb=0)
    fresh = FreshBatchesOnDevice(pool, "cpu", **{**OPTIONS, **options})
    rows = {}
    for utts, batch in fresh.build_iter(epoch):
        assert batch["speech_mix_lengths"].tolist() == [16000] * len(utts)
        rows |= dict(zip(utts, zip(batch["speech_mix"], batch["speech_ref1"])))
    return rows


@pytest.fixture(scope="module")
def both(data):
    """Rows (mixtures, 2, time) of the processor and of the device."""
    fresh = FreshBatches(pairs(Pool(data / "train/pool")), collate_fn=list, **OPTIONS)
    rows = {utt: row for batch in fresh.build_iter(1) for utt, row in batch}
    mixed = on_device(data)
    assert list(mixed) == list(rows)
    return (
        np.array([[r["speech_mix"], r["speech_ref1"]] for r in rows.values()]),
        np.array([torch.stack(pair).numpy() for pair in mixed.values()]),
    )


def test_each_mixture_is_that_of_the_processor(both):
    processor, device = both
    powers = [np.square(one).sum((1, 2)) for one in both]
    alike = (processor * device).sum((1, 2)) / np.sqrt(powers[0] * powers[1])
    assert np.mean(alike > 0.99) > 0.9  # others are cut elsewhere: frames of pauses
    assert np.abs(device).max() <= 0.9001


def statistics(rows):
    """SNR, level, share of sound, spectrum in thirds of an octave: (mixtures, ...)."""
    noisy, reference = rows[:, 0], rows[:, 1]
    level = [mixing.active_level(wave) for wave in reference]
    noise = [mixing.active_level(wave) for wave in noisy - reference]
    power = np.array([mixing.frame_power(wave) for wave in reference])
    active = power > power.max(1, keepdims=True) * 1e-3
    spectrum = np.square(np.abs(np.fft.rfft(noisy)))
    edges = (16000 * 2 ** (-np.arange(1, 16)[::-1] / 3)).astype(int) // 2
    bands = np.add.reduceat(spectrum, edges, axis=1)[:, :-1]
    return {
        "snr_db": np.subtract(level, noise),
        "level_dbfs": np.array(level),
        "active": active.mean(1),
        "bands_db": 10 * np.log10(bands / spectrum.sum(1, keepdims=True) + 1e-9),
    }


@pytest.mark.parametrize(
    "name, tolerance",
    [("snr_db", 0.3), ("level_dbfs", 0.3), ("active", 0.02), ("bands_db", 0.5)],
)
def test_mixtures_are_distributed_as_those_of_the_processor(both, name, tolerance):
    processor, device = (statistics(rows)[name] for rows in both)
    np.testing.assert_allclose(device.mean(0), processor.mean(0), atol=tolerance)
    np.testing.assert_allclose(device.std(0), processor.std(0), atol=2 * tolerance)


def test_epochs_differ_and_neither_workers_nor_ranks_nor_restarts_change_a_row(data):
    few = {"batch_size": 2, "batches": 1}
    rows = on_device(data, **few)
    assert not rows.keys() & on_device(data, epoch=2, **few).keys()
    assert equal(on_device(data, num_workers=1, **few), rows)
    halves = [on_device(data, rank=rank, world_size=2, **few) for rank in (0, 1)]
    shared = halves[0] | halves[1]
    assert shared.keys() == rows.keys()
    for utt, row in rows.items():  # lengths of FFTs depend on the batch
        for wave, other in zip(row, shared[utt]):
            np.testing.assert_allclose(other, wave, atol=1e-4)


@pytest.mark.parametrize("speed", [0.6, 1.0, 1.6])
def test_speed_moves_a_tone_and_folds_nothing_back(speed):
    time = torch.arange(32000) / 16000
    for hz in (440.0, 7000.0):
        (wave,) = device_mixing.at_speeds(
            torch.sin(2 * torch.pi * hz * time)[None], torch.tensor([speed]), 16000
        )
        spectrum = torch.fft.rfft(wave[2000:-2000] * torch.hann_window(12000)).abs()
        if hz * speed > 8000:
            assert spectrum.max() < 10  # of 3000: -50 dB
        else:
            assert abs(int(spectrum.argmax()) * 16000 / 12000 - hz * speed) < 1.5
            assert 2800 < spectrum.max() < 3100


def test_what_only_the_processor_makes_is_refused(data):
    drawing = data / "train/pool/drawing.json"
    kept = drawing.read_text()
    facts = json.loads(kept)
    facts["config"]["degradations"] = {"clipping": {"share": 0.3}}
    drawing.write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="Use fresh_mixtures: true"):
        on_device(data)
    drawing.write_text(kept)


def test_trains(data):
    train(
        GuidedEnhancementTask,
        config.load(CONF / "se.yaml", "smoke", [*TINY[:3], "fresh_mixtures=device"]),
        enhancement_files(data / "train"),
        enhancement_files(data / "valid"),
        data / "trained",
        seed=1,
    )
    first, last = (weights(data / "trained", epoch) for epoch in (1, 2))
    assert not equal(first, last)
