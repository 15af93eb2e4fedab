"""On a GPU everything gives what it gives on the CPU, within rounding."""

import pytest
import torch
from corpora import write_corpus
from lab import CONF, TINY, build, loop_state, weights

from sqase.losses.compressed_spectrum import CompressedSpectrum
from sqase.runtime import config
from sqase.simulation.build import build as simulate
from sqase.simulation.pool import Pool
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.fresh_on_device import FreshBatchesOnDevice
from sqase.tasks.model import enhance
from sqase.tasks.training import enhancement_files, train

ARMS = list(config.load(CONF / "se_guided.yaml", "smoke")["arms"])
BAND_SPLIT = CONF / "tuning/se_band_split_1a.yaml"
SMALL = ["separator_conf.num_channels=8", "separator_conf.num_layers=1", "batch_size=4"]
FEW = ["max_epoch=1", "num_iters_per_epoch=5"]


def loss(folder, phase="train", epoch=1):
    """Mean of the loss over an epoch, as ESPnet reported it."""
    state = torch.load(folder / "checkpoint.pth", "cpu", weights_only=False)
    return float(state["reporter"]["stats"][epoch][phase]["loss"])


def distance(first, second):
    """Between the weights of two models, of their norm."""
    flat = [
        torch.cat([value.float().flatten() for value in state.values()])
        for state in (first, second)
    ]
    return float((flat[0] - flat[1]).norm() / flat[1].norm())


@pytest.mark.parametrize("arm", ARMS)
def test_updates_of_every_arm_agree(lab, ngpu, arm):
    ends = {
        place: lab.train(arm, f"{arm}-{place}", *FEW, extra=["--ngpu", str(number)])
        for place, number in (("cpu", 0), ("gpu", ngpu))
    }
    assert loss(ends["gpu"]) == pytest.approx(loss(ends["cpu"]), rel=1e-3)
    moved = distance(torch.load(lab.baseline), weights(ends["cpu"], 1))
    assert distance(*(weights(end, 1) for end in ends.values())) < min(1e-3, moved / 3)


def test_refreshes_beside_a_training_agree_on_the_gap(lab, ngpu):
    state = [
        loop_state(lab.train("refreshed", f"loop{n}", extra=["--ngpu", str(n)]), 2)
        for n in {0, ngpu}
    ]
    for one in state:
        assert one["refresher"]["replay"] == [6, 9, 12, 15, 18]
        judge = one["refresher"]["learners"]["gap"]["assessor"]
        assert all(value.isfinite().all() for value in judge.values())


def test_a_training_goes_on_where_the_other_side_stopped(lab, ngpu):
    # at a rate that does not depend on how long the training is to be
    steady = ["scheduler=steplr", "scheduler_conf={step_size: 9}", FEW[1]]
    whole = lab.train("placebo", "whole", "max_epoch=3", *steady)
    for epochs, number in ((1, 0), (2, ngpu), (3, 0)):
        extra = ["--ngpu", str(number)]
        mixed = lab.train("placebo", "m", f"max_epoch={epochs}", *steady, extra=extra)
    assert distance(weights(mixed, 3), weights(whole, 3)) < 1e-3


def test_bfloat16_trains_as_float32_does(lab, ngpu):
    losses = {}
    for low in ("false", "true"):
        settings = config.load(
            *(BAND_SPLIT, "default"),
            [*SMALL, "max_epoch=1", "num_iters_per_epoch=50", "fresh_mixtures=false"]
            + ["num_workers=0", f"bfloat16={low}"],
        )
        folder = lab.root / f"bfloat16-{low}"
        files = [enhancement_files(d) for d in (lab.train_dir, lab.valid_dir)]
        train(GuidedEnhancementTask, settings, *files, folder, seed=1, ngpu=ngpu)
        losses[low] = loss(folder, "valid")
    assert losses["true"] == pytest.approx(losses["false"], rel=0.05)


def test_spectra_and_outputs_agree(device):
    settings = config.load(CONF / "se.yaml", "smoke", TINY[:3])
    torch.manual_seed(1)
    wave, reference = 0.1 * torch.randn(2, 3, 16000)
    lengths = torch.tensor([16000] * 3)
    results = []
    for place in (torch.device("cpu"), device):
        model = build(GuidedEnhancementTask, settings).eval().to(place)
        with torch.no_grad():
            output = enhance(model, wave.to(place), lengths.to(place))
        loss = CompressedSpectrum()(reference.to(place), output)
        results.append((output.cpu(), loss.cpu()))
    for one, other in zip(*results):
        assert float((one - other).norm() / one.norm()) < 1e-4


def test_mixtures_agree(device, tmp_path):
    brief = ["clip_seconds=1.0", "sets.valid.count=2", "reverb_share=0.5"]
    settings = config.load(CONF / "data.yaml", "smoke", brief)
    simulate(write_corpus(tmp_path), settings, tmp_path, nj=1)
    batches = []
    for place in ("cpu", device):
        pool = Pool(tmp_path / "train/pool", memory_gb=0)
        fresh = FreshBatchesOnDevice(pool, place, seed=1, batch_size=8, batches=1)
        ((_, batch),) = fresh.build_iter(1)
        batches.append(batch)
    for name in ("speech_mix", "speech_ref1"):
        one, other = (batch[name].cpu() for batch in batches)
        assert float((one - other).norm() / one.norm()) < 1e-4


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="fewer than two GPUs")
def test_two_gpus_train_one_enhancer(lab):
    settings = lab.settings("refreshed", lab.root / "two", *FEW)
    files = [enhancement_files(d) for d in (lab.train_dir, lab.valid_dir)]
    train(GuidedEnhancementTask, settings, *files, lab.root / "two", seed=1, ngpu=2)
    start = torch.load(lab.baseline, weights_only=True)
    assert distance(weights(lab.root / "two", 1), start) > 0
