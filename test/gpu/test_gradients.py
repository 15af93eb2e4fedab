"""Gradients of the assessor, and of each step of how it compares two signals, are on a
GPU what they are on the CPU."""

import pytest
import torch

from sqase.backbones import logmel, mel
from sqase.sqa.assessor import Assessor
from sqase.sqa.modes import MODES

KEEP = torch.ones(3, 60, dtype=torch.bool)


def agree(function, device, *inputs):
    """Whether the gradients at the first input do."""
    found = []
    for place in (torch.device("cpu"), device):
        first, *others = (x.detach().to(place) for x in inputs)
        results = function(first.requires_grad_(), *others)
        results = results if isinstance(results, tuple) else (results,)
        generator = torch.Generator().manual_seed(0)
        total = sum(
            (y * torch.randn(y.shape, generator=generator).to(place)).sum()
            for y in results
        )
        found.append(torch.autograd.grad(total, first)[0].cpu())
    cpu, gpu = found
    return float((gpu - cpu).norm() / cpu.norm()) < 1e-3


@pytest.fixture
def waves():
    return 0.1 * torch.randn(2, 3, 16000, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def pictures():
    return torch.randn(2, 3, 60, 16, generator=torch.Generator().manual_seed(1)) / 2


@pytest.mark.parametrize("mode", MODES)
def test_of_the_scores(lab, device, waves, mode):
    def scores(speech, second):
        assessor = Assessor.load(lab.assessor).to(speech.device)
        return assessor(speech, second=None if mode == "blind" else second, mode=mode)

    assert agree(scores, device, *waves)


def spectra(compare):
    """A comparison of two waves' spectra."""

    def of_waves(x, y):
        picture = mel.MelPicture(16, 512, 256).to(x.device)
        return compare(*map(picture.spectrum, (x, y)))

    return of_waves


@pytest.mark.parametrize(
    "step",
    [
        mel.gain_of,
        logmel._energy_ratio,
        spectra(logmel._energy_ratio),
        spectra(lambda x, y: torch.view_as_real(logmel._filtered(y, x))),
        spectra(lambda x, y: mel.power(x - 0.3 * y)),
        spectra(lambda x, y: torch.view_as_real(x[torch.arange(3, device=x.device)])),
    ],
)
def test_of_steps_on_waves(device, waves, step):
    assert agree(step, device, *waves)


@pytest.mark.parametrize(
    "step",
    [
        lambda x, y: mel._smooth(x, 25),
        lambda x, y: mel.correlation(x, y, KEEP.to(x.device), 25),
        lambda x, y: mel.MelPicture.over_time(x, KEEP.to(x.device)[..., None]),
        lambda x, y: x[torch.arange(3, device=x.device)],
        lambda x, y: y.index_put((torch.arange(3, device=x.device),), x),
    ],
)
def test_of_steps_on_pictures(device, pictures, step):
    assert agree(step, device, *pictures)
