"""What every loss in the table owes its users, and what each does beyond it."""

import pytest
import signals
import torch

from sqase.losses import LOSSES
from sqase.losses.formulas import FormulaLoss
from sqase.losses.multi_resolution_l1 import MultiResolutionL1
from sqase.losses.sqa import SQALoss
from sqase.metrics import score
from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel


class Judge(SQAModel):
    """A quality model that knows the answer: SNR to the second signal, in dB."""

    def forward(self, speech, lengths=None, second=None, mode="blind"):
        noise = (speech - second).square().mean(1)
        snr = 10 * torch.log10(second.square().mean(1) / noise)
        own = sum(p.sum() for p in self.parameters()) * 1e-6  # a path to the weights
        return torch.stack([snr, -snr], dim=1) + own


@pytest.fixture
def assessor():
    heads = {"snr": {"low": -50, "high": 50}, "noise": {"low": -50, "high": 50}}
    config = {
        "spread": {"snr": 5.0, "noise": 5.0},
        "directions": {"snr": "higher", "noise": "lower"},
        "ceilings": {"reference": {"snr": 30.0, "noise": -30.0}},
    }
    return Assessor(Judge(heads, backbone_conf={"dim": 8, "channels": 2}), config)


@pytest.fixture
def ranges():
    """An assessor that is asked for nothing but spreads and ceilings."""
    heads = {"pesq_wb": {"low": 1, "high": 4.65}, "si_snr": {"low": -50, "high": 50}}
    config = {
        "spread": {"pesq_wb": 0.5, "si_snr": 5.0},
        "directions": {"pesq_wb": "higher", "si_snr": "higher"},
        "ceilings": {"reference": {"pesq_wb": 4.6, "si_snr": 45.0}},
    }
    return Assessor(SQAModel(heads, backbone_conf={"dim": 8, "channels": 2}), config)


@pytest.fixture(params=LOSSES)
def loss(request, assessor, ranges):
    if request.param == "sqa":
        return SQALoss(lambda: assessor, {"snr": 1.0, "noise": 2.0}, "reference")
    if request.param == "formulas":
        return FormulaLoss(lambda: ranges, {"pesq_wb": 1.0, "si_snr": 0.5})
    return LOSSES.load(request.param)()


@pytest.fixture
def reference():
    """(2, 16000)"""
    rows = [torch.from_numpy(signals.speech_like(1, seed)) for seed in (0, 1)]
    return torch.stack(rows)


@pytest.fixture
def noise():
    return torch.stack([torch.from_numpy(signals.noise_like(1, s)) for s in (2, 3)])


def test_one_finite_value_a_row_lower_for_the_cleaner(loss, reference, noise):
    values = [loss(reference, reference + gain * noise) for gain in (1.0, 0.3, 0.1)]
    for dirty, clean in zip(values, values[1:]):
        assert dirty.shape == (2,) and dirty.isfinite().all()
        assert (clean < dirty).all()


def test_rows_do_not_depend_on_each_other(loss, reference, noise):
    enhanced = reference + noise
    both = loss(reference, enhanced)
    torch.testing.assert_close(both[:1], loss(reference[:1], enhanced[:1]))


def test_gradient_on_the_enhanced_signal_alone(loss, assessor, reference, noise):
    enhanced = (reference + noise).requires_grad_()
    loss(reference, enhanced).sum().backward()
    assert enhanced.grad.isfinite().all()
    assert (enhanced.grad != 0).float().mean(dim=1).min() > 0.99
    assert all(p.grad is None for p in assessor.parameters())


def test_multi_resolution_l1_is_zero_for_equal_and_fixes_the_level(reference):
    loss = LOSSES.load("multi_resolution_l1")()
    assert loss(reference, reference).abs().max() == 0
    double = loss(reference, 2 * reference)
    assert double.min() > 0.3
    torch.testing.assert_close(double, loss(0.1 * reference, 0.2 * reference))
    silent = loss(0 * reference, reference)
    assert silent.isfinite().all() and silent.min() > 1


def test_missing_speech_costs_more_than_too_much_of_it(reference):
    loss = MultiResolutionL1(time_weight=0.0)
    less, more = loss(reference, 0.25 * reference), loss(reference, 2.25 * reference)
    # compressed by the square root, both are half of the magnitudes away
    torch.testing.assert_close(less, 4 * more, rtol=1e-2, atol=0)


def sqa(assessor, mode="reference", **heads):
    return SQALoss(lambda: assessor, heads, mode)


def test_sqa_counts_in_units_of_the_spread_and_by_weight(assessor, reference, noise):
    enhanced = reference + noise
    snr = 10 * torch.log10(reference.square().mean(1) / noise.square().mean(1))
    loss = sqa(assessor, snr=1.0)
    own = sum(p.sum() for p in assessor.parameters()).item() * 1e-6
    expected = (30 - snr - own) / 5
    torch.testing.assert_close(
        loss(reference, enhanced), expected, rtol=1e-3, atol=1e-3
    )
    torch.testing.assert_close(loss.predicted["snr"], snr + own, rtol=1e-3, atol=1e-2)
    noise_head = sqa(assessor, noise=1.0)(reference, enhanced)
    mean = sqa(assessor, snr=1.0, noise=3.0)(reference, enhanced)
    torch.testing.assert_close(mean, (expected + 3 * noise_head) / 4)


def test_sqa_does_not_pull_beyond_the_ceiling(assessor, reference, noise):
    enhanced = (reference + 0.001 * noise).requires_grad_()  # far above 30 dB
    values = sqa(assessor, snr=1.0, noise=1.0)(reference, enhanced)
    values.sum().backward()
    assert values.abs().max() == 0 and enhanced.grad.abs().max() == 0


def test_sqa_changes_the_signal_only_where_a_gradient_is_wanted(
    assessor, reference, noise
):
    loss = sqa(assessor, snr=1.0)
    state = torch.get_rng_state(), loss.generator.get_state()
    loss(reference, reference + noise)
    assert torch.equal(loss.generator.get_state(), state[1])
    loss(reference, (reference + noise).requires_grad_())
    assert not torch.equal(loss.generator.get_state(), state[1])
    assert torch.equal(torch.get_rng_state(), state[0])
    as_is = SQALoss(lambda: assessor, {"snr": 1.0}, "reference", augment=False)
    values = as_is(reference, (reference + noise).requires_grad_())
    torch.testing.assert_close(values, as_is(reference, reference + noise))
    assert torch.equal(as_is.generator.get_state(), state[1])


def test_formulas_are_judged_by_as_an_assessor_that_knew_them(ranges, reference, noise):
    loss = FormulaLoss(lambda: ranges, {"si_snr": 3.0, "pesq_wb": 1.0}, "committee")
    found = loss(None, reference + noise, committee=reference)
    enhanced = (reference + noise).numpy()
    for row, wave in enumerate(reference.numpy()):
        pair = {"reference": wave, "enhanced": enhanced[row], "sample_rate": 16000}
        true = {name: s.value for name, s in score(loss.heads, **pair).items()}
        short = (45.0 - true["si_snr"]) / 5.0, (4.6 - true["pesq_wb"]) / 0.5
        assert found[row].item() == pytest.approx(0.75 * short[0] + 0.25 * short[1], 0.1)
        assert loss.predicted["si_snr"][row].item() == pytest.approx(true["si_snr"], 0.02)


def test_formulas_that_are_not_there(ranges, reference):
    with pytest.raises(ValueError, match="formula"):
        FormulaLoss(lambda: ranges, {"dnsmos_ovrl": 1.0})
    with pytest.raises(ValueError, match="expected its second signal"):
        FormulaLoss(lambda: ranges, {"si_snr": 1.0})(None, reference)


def test_sqa_errors(assessor, reference):
    with pytest.raises(ValueError, match="did you mean noise"):
        sqa(assessor, noises=1.0)(reference, reference)
    with pytest.raises(ValueError, match="expected its second signal"):
        sqa(assessor, snr=1.0)(None, reference)
    with pytest.raises(ValueError, match="expected one of blind, noisy, reference"):
        sqa(assessor, "clean", snr=1.0)
    with pytest.raises(ValueError, match="expected at least one metric"):
        sqa(assessor)
