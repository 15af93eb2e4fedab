"""The attack stays in its ball, never loses, and finds what a weak head gives away."""

import pytest
import torch

from sqase.sqa.attack import attack, flatter, nudge
from sqase.sqa.clips import Batch
from sqase.sqa.modes import MODES


def loudness(change, speech):
    return 10 * torch.log10(speech.square().sum(1) / change.square().sum(1))


@pytest.fixture
def found(assessor):
    speech = 0.05 * torch.randn(3, 8000, generator=torch.Generator().manual_seed(1))
    metric = assessor.metrics[0]

    def run(steps):
        return attack(
            assessor,
            speech,
            metric,
            steps=steps,
            snr_db=32,
            generator=torch.Generator().manual_seed(2),
        )

    return assessor, speech, metric, run


def test_more_steps_find_more_inside_the_ball(found):
    assessor, speech, metric, run = found
    signals = run((3, 12))
    column = assessor.metrics.index(metric)
    sign = 1 if assessor.config["directions"][metric] == "higher" else -1
    before, few, many = (
        sign * assessor(signal)[:, column]
        for signal in (speech, signals[3], signals[12])
    )
    assert torch.all(few > before) and torch.all(many >= few)
    for signal in signals.values():
        assert torch.all(loudness(signal - speech, speech) > 31.99)


def test_each_row_is_attacked_alone_and_the_same_again(found):
    assessor, speech, metric, run = found
    first, again = run((4,)), run((4,))
    torch.testing.assert_close(first[4], again[4], rtol=0, atol=0)
    alone = attack(
        assessor,
        speech[:1],
        metric,
        steps=(4,),
        snr_db=32,
        generator=torch.Generator().manual_seed(2),
    )
    column = assessor.metrics.index(metric)
    both = [assessor(x)[0, column] for x in (first[4][:1], alone[4])]
    assert both[0] == pytest.approx(float(both[1]), rel=0.05)


def test_weights_get_no_gradient(found):
    assessor, _, _, run = found
    run((2,))
    assert all(parameter.grad is None for parameter in assessor.parameters())


@pytest.mark.parametrize("mode", [0, 2])
def test_flattering_pleases_more_than_chance_in_any_mode(found, mode):
    assessor, speech, _, _ = found
    other = torch.randn(speech.shape, generator=torch.Generator().manual_seed(3))
    rows = len(speech)
    clips = Batch(
        speech,
        noisy=0 * speech,
        reference=0.05 * other,
        committee=0 * speech,
        lengths=torch.full((rows,), 8000),
        modes=torch.ones(rows, len(MODES), dtype=torch.bool),
        labels=torch.zeros(rows, 2),
    )
    modes = torch.full((rows,), mode)

    def said(signal):
        heard = assessor(signal, second=clips.second(modes), mode=modes)
        return heard / assessor.spread

    flattered = flatter(assessor, clips, modes, assessor.metrics, snr_db=30)
    assert torch.all(loudness(flattered - speech, speech) > 29.99)
    chance = torch.randn(speech.shape, generator=torch.Generator().manual_seed(4))
    by_chance = speech + chance * (flattered - speech).norm() / chance.norm()
    assert torch.all(said(flattered).sum(1) > said(speech).sum(1))
    assert (said(flattered) - said(by_chance)).sum(1).min() > 0
    one = flatter(assessor, clips, modes, assessor.metrics[:1], snr_db=30)
    assert torch.all(said(one)[:, 0] > said(flattered)[:, 0])
    assert all(parameter.grad is None for parameter in assessor.parameters())


def test_a_nudge_stays_in_the_ball_and_moves_its_head_more_than_noise(model, speech):
    speech = speech.repeat(8, 1)
    lengths = torch.full((16,), speech.shape[1])
    lengths[8:] = 12000
    speech[8:, 12000:] = 0
    generator = torch.Generator().manual_seed(0)
    nudged = nudge(model, speech, lengths, snr_db=32, generator=generator)
    change = nudged - speech
    ratio = 20 * torch.log10(speech.norm(dim=1) / change.norm(dim=1))
    assert ratio.min() > 31.999 and change[8:, 12000:].abs().max() == 0
    assert not nudged.requires_grad
    assert all(p.grad is None for p in model.parameters())
    noise = torch.randn(speech.shape, generator=generator)
    noise *= change.norm(dim=1, keepdim=True) / noise.norm(dim=1, keepdim=True)
    with torch.no_grad():
        before = model.logits(speech, lengths)
        moved = (model.logits(nudged, lengths) - before).abs().amax(1)
        by_noise = (model.logits(speech + noise, lengths) - before).abs().amax(1)
    assert moved.median() > 2 * by_noise.median()
