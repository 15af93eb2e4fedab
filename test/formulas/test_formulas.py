"""Each differentiable formula against the metric that it is the formula of."""

import pytest
import signals
import torch

from sqase.formulas import FORMULAS, compare
from sqase.metrics import score

LENGTHS = torch.tensor([48000, 40003])
WITHIN = {"pesq_wb": 0.15, "stoi": 1e-3, "estoi": 1e-3, "si_snr": 0.01, "sdr": 0.02}


@pytest.fixture(scope="module")
def pairs():
    """Two voices (2, 48000) in noise, with a pause; the second is shorter."""
    clean = torch.stack([torch.from_numpy(signals.speech_like(3, n)) for n in (1, 2)])
    clean[:, 20000:26000] = 0
    noisy = [signals.mix(clean[n].numpy(), signals.noise_like(3, n), 5) for n in (0, 1)]
    return clean, torch.stack([torch.from_numpy(wave) for wave in noisy]).float()


@pytest.mark.parametrize("name", FORMULAS)
def test_it_says_what_the_metric_says(name, pairs):
    clean, noisy = pairs
    found = compare([name], clean, noisy, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        waves = {"reference": clean[row, :length], "enhanced": noisy[row, :length]}
        waves = {key: wave.numpy() for key, wave in waves.items()}
        true = score([name], **waves, sample_rate=16000)[name].value
        assert found[row, 0].item() == pytest.approx(true, abs=WITHIN[name])


@pytest.mark.parametrize("name", FORMULAS)
def test_its_gradient_is_finite_and_leads_to_the_reference(name, pairs):
    clean, noisy = (x[:, :16000].clone() for x in pairs)
    lengths = torch.tensor([16000, 16000])
    clean[1] = 0
    noisy.requires_grad_()
    before = compare([name], clean, noisy, lengths)
    before.sum().backward()
    assert before.isfinite().all() and noisy.grad.isfinite().all()
    step = 1e-3 * noisy.detach().norm(dim=1) / noisy.grad.norm(dim=1).clamp(min=1e-9)
    moved = noisy.detach() + step[:, None] * noisy.grad
    assert compare([name], clean, moved, lengths)[0] > before[0]


@pytest.mark.parametrize("name", FORMULAS)
def test_level_and_what_is_beyond_the_length_do_not_count(name, pairs):
    clean, noisy = pairs
    expected = compare([name], clean, noisy, LENGTHS)
    longer = [torch.nn.functional.pad(x, (0, 4000), value=0.3) for x in (clean, noisy)]
    longer[0][1, LENGTHS[1] :] = -0.2
    found = compare([name], 0.1 * longer[0], 3 * longer[1], LENGTHS)
    torch.testing.assert_close(found, expected, atol=2e-3, rtol=1e-3)
