"""The quality model: bounds, invariances, modes, and its gradient to the waveform."""

import pytest
import torch
from torch.nn.functional import pad

from sqase.formulas import compare
from sqase.sqa.model import SQAModel
from sqase.sqa.modes import MODES

HEADS = {"pesq_wb": {"low": 1.0, "high": 4.65}, "si_snr": {"low": -20, "high": 35}}
LENGTHS = torch.tensor([16000, 12000])


@pytest.fixture(params=[False, True], ids=["", "formulas"])
def model(request):
    torch.manual_seed(0)
    backbone_conf = {"dim": 16, "channels": 4}
    made = SQAModel(
        HEADS, backbone_conf=backbone_conf, blocks=2, formulas=request.param
    )
    torch.nn.init.normal_(made.heads, std=0.25)  # else they have not learned anything
    return made.eval()


def relative(model, first, second):
    """Largest difference of scores, as a share of each head's range."""
    return ((first - second).abs() / (model.high - model.low)).max()


def second_of(mode, speech):
    return None if mode == "blind" else speech.flip(0)


@pytest.mark.parametrize("mode", MODES)
def test_gradient_reaches_every_valid_sample_and_no_padding(model, speech, mode):
    speech = pad(speech, (0, 800)).requires_grad_()
    scores = model(speech, LENGTHS, second_of(mode, speech.detach()), mode)
    scores.sum().backward()
    for gradient, length in zip(speech.grad, LENGTHS.tolist()):
        assert gradient.isfinite().all()
        assert (gradient[:length] != 0).float().mean() > 0.999
        assert gradient[length:].abs().max() == 0


@pytest.mark.parametrize("mode", MODES)
def test_padding_moves_no_score_whatever_it_holds(model, speech, mode):
    second = second_of(mode, speech)
    expected = torch.cat(
        [
            model(
                speech[i : i + 1, :n],
                second=None if second is None else second[i : i + 1, :n],
                mode=mode,
            )
            for i, n in enumerate(LENGTHS.tolist())
        ]
    )
    for value in (0.0, 0.3):
        padded = [None if x is None else pad(x, (0, 5000)) for x in (speech, second)]
        for row, length in enumerate(LENGTHS.tolist()):
            for signal in filter(lambda x: x is not None, padded):
                signal[row, length:] = value
        scores = model(padded[0], LENGTHS, padded[1], mode)
        assert relative(model, scores, expected) < 1e-4


def test_appended_silence_does_not_change_the_level(model, speech):
    longer = pad(speech, (0, 32000))
    heard = []
    model.backbone.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
    model(speech), model(longer)
    torch.testing.assert_close(heard[1][:, : speech.shape[1]], heard[0])
    assert heard[1][:, speech.shape[1] :].abs().max() == 0


@pytest.mark.parametrize("mode", MODES)
def test_gain_changes_nothing(model, speech, mode):
    second = second_of(mode, speech)
    expected = model(speech, second=second, mode=mode)
    for gain in (10**-0.5, 10**0.5):
        assert (
            relative(model, model(gain * speech, None, second, mode), expected) < 1e-4
        )
        if second is not None:
            scores = model(speech, None, gain * second, mode)
            assert relative(model, scores, expected) < 1e-4


def test_second_signal_and_mode_count_except_in_blind_rows(model, speech):
    clean = speech.flip(0)
    mode = torch.tensor([0, 2])  # first row blind, second hears a reference
    first = model(speech, second=clean, mode=mode)
    other = model(speech, second=speech, mode=mode)
    difference = (first - other).abs()
    assert difference[0].max() == 0 and difference[1].min() > 1e-3
    torch.testing.assert_close(first[:1], model(speech[:1]))
    noisy = model(speech, second=clean, mode="noisy")
    reference = model(speech, second=clean, mode="reference")
    assert (noisy - reference).abs().min() > 1e-3


def test_scores_stay_inside_their_bounds(model, speech):
    with torch.no_grad():
        model.heads.mul_(1e4)
    for wave in (speech, 0 * speech, torch.ones_like(speech)):
        scores = model(wave)
        assert scores.isfinite().all()
        assert (scores >= model.low).all() and (scores <= model.high).all()


def test_with_formulas_it_starts_at_what_they_say_against_a_trusted_signal(speech):
    model = SQAModel(HEADS, backbone_conf={"dim": 16, "channels": 4}, formulas=True)
    clean = speech + 0.5 * speech.flip(0)
    expected = compare(list(HEADS), clean, speech, torch.tensor([16000, 16000]))
    for mode in ("reference", "committee"):
        scores = model(speech, second=clean, mode=mode)
        torch.testing.assert_close(scores, expected, atol=5e-3, rtol=1e-2)
    middle = (model.low + model.high) / 2
    for mode in ("blind", "noisy"):
        scores = model(speech, second=second_of(mode, speech), mode=mode)
        torch.testing.assert_close(scores, middle.expand(2, -1))


def test_of_a_committee_it_starts_at_the_mean_over_members_and_their_mean(speech):
    model = SQAModel(HEADS, backbone_conf={"dim": 16, "channels": 4}, formulas=True)
    others = [speech + share * speech.flip(0) for share in (0.3, 0.6)]
    nobody = 0 * speech
    members = torch.stack([others[0], nobody, others[1]], dim=2)
    mean = (others[0] + others[1]) / 2
    scores = model(speech, second=members, mode="committee")
    lengths = torch.tensor([16000, 16000])
    low, high = model.low, model.high
    logits = [
        ((compare(list(HEADS), x, speech, lengths) - low) / (high - low)).logit()
        for x in (mean, *others)
    ]
    expected = low + (high - low) * torch.stack(logits).mean(0).sigmoid()
    torch.testing.assert_close(scores[:, 0], expected[:, 0], atol=5e-3, rtol=1e-2)
    of_mean = model(speech, second=mean, mode="committee")
    torch.testing.assert_close(scores[:, 1], of_mean[:, 1], atol=5e-3, rtol=1e-3)


def test_the_order_of_a_committee_and_who_is_none_of_it_change_nothing(model, speech):
    torch.nn.init.normal_(model.known.weigh[2].weight) if model.known else None
    members = torch.stack([speech.roll(n, 1) for n in (3, 5, 9)], dim=2)
    expected = model(speech, second=members, mode="committee")
    for other in (members.flip(2), pad(members, (1, 1))):
        scores = model(speech, second=other, mode="committee")
        torch.testing.assert_close(scores, expected, atol=1e-4, rtol=1e-4)


def test_errors(model, speech):
    with pytest.raises(ValueError, match="expected one of blind, noisy, reference"):
        model(speech, mode="clean")
    with pytest.raises(ValueError, match="second signal"):
        model(speech, mode="reference")
    with pytest.raises(ValueError, match="did you mean logmel"):
        SQAModel({"stoi": {"low": 0, "high": 1}}, backbone="logmels")


def test_heads_are_bounded_where_their_scale_is():
    bounds = {"both": (1, 5), "low": (0, float("inf")), "high": (float("-inf"), 2)}
    bounds["none"] = (float("-inf"), float("inf"))
    heads = {name: {"low": low, "high": high} for name, (low, high) in bounds.items()}
    model = SQAModel(heads, backbone_conf={"dim": 8, "channels": 2}, blocks=1)
    logits = torch.tensor([[-30.0] * 4, [0.0] * 4, [30.0] * 4], requires_grad=True)
    scores = model.bounded(logits)
    expected = [[1, 0, -28, -30], [3, 0.6931, 1.3069, 0], [5, 30, 2, 30]]
    torch.testing.assert_close(scores, torch.tensor(expected), atol=1e-3, rtol=0)
    scores.sum().backward()
    assert logits.grad.isfinite().all() and torch.all(logits.grad[1] > 0.2)


def test_comparison_is_turned_around_with_its_inputs(model, speech):
    first, other = speech, 0.5 * speech + 0.1 * speech.flip(0)
    for mode in MODES:
        second = second_of(mode, speech)
        there = model.delta_quality(first, other, LENGTHS, second, mode)
        back = model.delta_quality(other, first, LENGTHS, second, mode)
        assert there.shape == (2,) and there.abs().min() > 1e-5
        torch.testing.assert_close(there, -back, rtol=0, atol=1e-6)
        same = model.delta_quality(first, first, LENGTHS, second, mode)
        assert same.abs().max() == 0


@pytest.mark.parametrize("mode", MODES)
def test_appended_digital_silence_changes_nothing(model, speech, mode):
    second = second_of(mode, speech)
    expected = model(speech, LENGTHS, second, mode)
    silence = [None if x is None else x.clone() for x in (speech, second)]
    for row, length in enumerate(LENGTHS.tolist()):
        for signal in filter(lambda x: x is not None, silence):
            signal[row, length:] = 0
    longer = [None if x is None else pad(x, (0, 32000)) for x in silence]
    scores = model(longer[0], LENGTHS + 32000, longer[1], mode)
    assert relative(model, scores, expected) < 1e-4
    pause = longer[0].clone()
    pause[:, -100:] = speech[:, :100]  # now the silence is a pause
    assert relative(model, model(pause, None, longer[1], mode), expected) > 1e-4
