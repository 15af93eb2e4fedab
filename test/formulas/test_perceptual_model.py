"""PESQ's perceptual model: near the metric, and its gradient raises the metric."""

import pytest
import signals
import torch

from sqase.formulas import pesq
from sqase.metrics import score

SNRS = (-5, 0, 5, 10, 15, 20, 30, 40)


def true_pesq(reference, enhanced):
    waves = {"reference": reference.numpy(), "enhanced": enhanced.numpy()}
    return score(["pesq_wb"], **waves, sample_rate=16000)["pesq_wb"].value


@pytest.fixture(scope="module")
def pairs():
    """One voice (8, 48000) in noise at `SNRS`."""
    clean = signals.speech_like(3, 1)
    noisy = [signals.mix(clean, signals.noise_like(3, 2), snr) for snr in SNRS]
    rows = [torch.tensor(wave.tolist()) for wave in noisy]
    return torch.tensor(clean.tolist()).expand(len(SNRS), -1), torch.stack(rows)


def test_predicts_the_metric(pairs):
    values = pesq(*pairs)
    found = pesq.mos(values)
    for row, (reference, enhanced) in enumerate(zip(*pairs)):
        assert found[row].item() == pytest.approx(
            true_pesq(reference, enhanced), abs=0.15
        )
    assert (values.diff() < 0).all() and (found.diff() > 0).all()
    assert found.max() - found.min() > 1.5


def test_steps_against_its_gradient_raise_the_metric(pairs):
    reference, enhanced = pairs[0][3:5], pairs[1][3:5]
    start = [true_pesq(r, e) for r, e in zip(reference, enhanced)]
    for _ in range(10):
        enhanced = enhanced.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(pesq(reference, enhanced).sum(), enhanced)
        length = 0.02 * enhanced.norm(dim=1, keepdim=True)
        enhanced = enhanced - length * gradient / gradient.norm(dim=1, keepdim=True)
    end = [true_pesq(r, e) for r, e in zip(reference, enhanced.detach())]
    assert all(after > before + 0.2 for before, after in zip(start, end)), (start, end)


def test_blind_to_gain_and_nothing_for_equal_signals(pairs):
    reference, enhanced = pairs
    torch.testing.assert_close(
        pesq(reference, enhanced), pesq(reference, 0.1 * enhanced), rtol=1e-3, atol=1e-3
    )
    assert pesq(reference, reference).max() < 1e-3


def test_silence_has_a_finite_loss_and_gradient(pairs):
    reference, enhanced = (x[:3].clone() for x in pairs)
    reference[0] = 0.0
    enhanced[1] = 0.0
    reference[2, 16000:32000] = enhanced[2, 16000:32000] = 0.0
    enhanced.requires_grad_(True)
    values = pesq(reference, enhanced)
    values.sum().backward()
    assert values.isfinite().all() and enhanced.grad.isfinite().all()


def test_full_precision_under_autocast(pairs):
    with torch.autocast("cpu", torch.bfloat16):
        found = pesq(*pairs)
    assert torch.equal(found, pesq(*pairs))
