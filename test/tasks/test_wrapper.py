"""Loss wrappers in a real model: which rows count, and how much guidance pulls."""

import copy

import pytest
import torch
from lab import NO_GUIDANCE, build

from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.model import enhance
from sqase.tasks.wrapper import GuidedWrapper

RAMP = ["guidance.ramp=4", "guidance.weight=0.3", "guidance.real.weight=0.2"]
ANCHORED = [*RAMP, "arms.placebo_real.real.weight=0.2"]  # and guided, as in adaptation


@pytest.fixture
def make(lab, tmp_path):
    """A model of an arm, with the baseline's weights, ready to train."""

    def make(arm, *overrides, criterions=None):
        settings = lab.settings(arm, tmp_path, *overrides)
        if criterions is not None:
            settings["criterions"] = criterions
        model = build(GuidedEnhancementTask, settings)
        model.load_state_dict(torch.load(lab.baseline, weights_only=True))
        return model.train()

    return make


def batch(references=4, real=0, stand_in=None, seed=0):
    """Rows of 0.5 s: a tone in noise; those without reference come last."""
    generator = torch.Generator().manual_seed(seed)
    rows = references + real
    clean = 0.1 * torch.sin(
        torch.arange(8000) * torch.rand(rows, 1, generator=generator)
    )
    mix = clean + 0.05 * torch.randn(rows, 8000, generator=generator)
    spread, clean_of_all = 0.3 * (mix - clean), 0.9 * clean + 0.1 * mix
    clean[references:] = mix[references:] if stand_in is None else stand_in
    return {
        "speech_mix": mix,
        "speech_mix_lengths": torch.full((rows,), 8000),
        "speech_ref1": clean,
        "has_ref": torch.arange(rows)[:, None] < references,
        "committee": torch.stack([clean_of_all + spread, clean_of_all - spread], dim=2),
    }


def gradient(model, **rows):
    """Gradient of the loss at the parameters, as one vector."""
    model.zero_grad(set_to_none=True)
    loss, stats, _ = model(**batch(**rows))
    loss.backward()
    grads = [torch.zeros(1) if p.grad is None else p.grad for p in model.parameters()]
    return torch.cat([g.flatten() for g in grads]), stats


def wrapper(model, name):
    (found,) = (w for w in model.loss_wrappers if w.criterion.name == name)
    return found


def parts(model, name, **rows):
    """One update's gradients: of the guidance `name`, and of all else."""
    guided = wrapper(model, name)
    before = copy.deepcopy(guided.loop_state())
    everything, _ = gradient(model, **rows)
    after, weight = copy.deepcopy(guided.loop_state()), guided.weight
    guided.load_loop_state(before)
    guided.weight = 0.0
    others, _ = gradient(model, **rows)
    guided.load_loop_state(after)
    guided.weight = weight
    return everything - others, others


@pytest.mark.parametrize("arm", ["frozen", "refreshed_committee", "pesq_loss"])
def test_share_of_the_gradient_at_the_parameters_after_the_ramp(make, arm):
    model = make(arm, *RAMP)
    shares = []
    for _ in range(12):
        guidance, signal = parts(model, "sqa")
        shares.append((guidance.norm() / signal.norm()).item())
    assert shares[:3] == pytest.approx([0.075, 0.15, 0.225], rel=0.2)
    assert shares[4:] == pytest.approx([0.3] * 8, rel=0.2)


def test_share_holds_when_the_assessor_changes(make):
    """A refresh multiplies its gradient; the very next update knows."""
    model = make("frozen", *RAMP)
    for _ in range(8):
        gradient(model)
    guide = model.guide
    with torch.no_grad():
        guide.assessor().model.heads.mul_(4)
    stale, _ = parts(model, "sqa")
    model._refreshes = lambda: 1
    guidance, signal = parts(model, "sqa")
    assert (guidance.norm() / signal.norm()).item() == pytest.approx(0.3, rel=0.1)
    assert stale.norm() > 1.5 * guidance.norm()


def test_guidance_scores_more_by_the_assessor(make):
    """The sign: a step against the gradient raises what the assessor predicts."""
    model = make("frozen", *RAMP, "guidance.ramp=0")
    guidance, _ = parts(model, "sqa")
    before = gradient(model)[1]["sqa"]
    start = torch.nn.utils.parameters_to_vector(model.parameters())
    step = 0.02 * start.norm() / guidance.norm() * guidance
    torch.nn.utils.vector_to_parameters(start - step, model.parameters())
    assert gradient(model)[1]["sqa"] < before


def test_formulas_guide_towards_better_metrics_and_log_them(make):
    model = make("pesq_loss", *RAMP, "guidance.ramp=0")
    guidance, _ = parts(model, "sqa")
    before = gradient(model)[1]
    start = torch.nn.utils.parameters_to_vector(model.parameters())
    step = 0.02 * start.norm() / guidance.norm() * guidance
    torch.nn.utils.vector_to_parameters(start - step, model.parameters())
    after = gradient(model)[1]
    assert after["sqa"] < before["sqa"]
    assert after["sqa_si_snr"] > before["sqa_si_snr"]
    assert gradient(model, references=0, real=2)[1]["sqa_si_snr"].isnan()


def test_weight_0_gives_no_gradient_but_logs(make):
    plain = make("refreshed", *NO_GUIDANCE)
    guided, stats = gradient(plain)
    plain.loss_wrappers = [w for w in plain.loss_wrappers if w.criterion.name != "sqa"]
    assert torch.equal(guided, gradient(plain)[0])
    assert stats["sqa"].isfinite() and stats["sqa_stoi"].isfinite()


def test_rows_without_reference_alone_move_the_weights(make):
    """By the norm of the signal loss as last measured; before that, not at all."""
    model = make("refreshed_real", *RAMP)
    model.loss_wrappers = [
        w for w in model.loss_wrappers if w.criterion.name != "committee"
    ]
    assert gradient(model, references=0, real=4)[0].abs().max() == 0
    _, signal = parts(model, "sqa_real", references=4, real=2)
    for _ in range(4):
        alone, stats = gradient(model, references=0, real=4)
    assert alone.norm() / signal.norm() == pytest.approx(0.2, rel=0.5)
    assert stats["compressed_spectrum"].isnan() and stats["sqa_real"].isfinite()


def test_without_any_reference_the_anchors_loss_gives_the_scale(make):
    """That of a signal loss: at the start, the anchor's own gradient is 0."""
    model = make("placebo_real", *ANCHORED)
    for _ in range(6):
        alone, stats = gradient(model, references=0, real=4)
    assert stats["anchor"] < 1e-6
    # an L1 distance has a gradient of rounding errors, too
    rounding, _ = gradient(make("placebo_real"), references=0, real=4)
    anchor, rows = wrapper(model, "anchor"), batch(references=0, real=4)
    enhanced = enhance(model, rows["speech_mix"], rows["speech_mix_lengths"])
    model.zero_grad()
    (anchor.weight * anchor.criterion(rows["speech_mix"], enhanced).mean()).backward()
    scale = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    assert (alone - rounding).norm() / scale == pytest.approx(0.2, rel=0.2)


def test_stand_in_references_never_enter_a_loss(make):
    found = [
        gradient(make("refreshed_real", *RAMP), references=2, real=2, stand_in=stand_in)
        for stand_in in (None, torch.randn(8000))
    ]
    assert torch.equal(found[0][0], found[1][0]) and found[0][0].abs().max() > 0
    assert found[0][1]["sqa"] == found[1][1]["sqa"]


def test_rows_without_reference_do_not_change_the_guidance_of_the_others(make):
    rows = batch(references=2, real=2)
    with_them = make("placebo_real", "arms.placebo_real.weight=0.3")(**rows)[1]["sqa"]
    without = make("refreshed")(**{key: value[:2] for key, value in rows.items()})[1]
    torch.testing.assert_close(with_them, without["sqa"])


def test_anchor_holds_real_rows_to_the_start_and_no_others(make, lab):
    model = make("placebo_real")
    anchor = wrapper(model, "anchor")
    model.loss_wrappers = [anchor]
    assert gradient(model, references=2, real=2)[1]["anchor"] < 1e-6
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.1)
    pull, stats = gradient(model, references=2, real=2)
    assert stats["anchor"] > 0 and pull.norm() > 0
    rows = {key: value[2:] for key, value in batch(references=2, real=2).items()}
    torch.testing.assert_close(model(**rows)[1]["anchor"], stats["anchor"])
    assert gradient(model, references=2)[0].abs().max() == 0


def test_recordings_are_trained_towards_committee_and_start_and_pairs_are_not(make):
    model = make("committee_real")
    target = wrapper(model, "committee")
    model.loss_wrappers = [target]
    pull, stats = gradient(model, references=2, real=2)
    rows = batch(references=2, real=2)
    enhanced = enhance(model, rows["speech_mix"], rows["speech_mix_lengths"])
    with torch.no_grad():  # the weights are still those of the start
        mean = 0.7 * enhanced + 0.3 * rows["committee"].mean(2)
    expected = target.criterion(mean, enhanced)[2:].mean()
    torch.testing.assert_close(stats["committee"][0], expected.detach())
    assert pull.norm() > 0
    assert gradient(model, references=2)[0].abs().max() == 0


def test_the_judge_hears_the_committee_on_recordings(make):
    """Where it is the output itself, formulas have nothing left to gain."""
    model = make("formula_real", *RAMP)
    rows = batch(references=2, real=2)
    enhanced = enhance(model, rows["speech_mix"], rows["speech_mix_lengths"])
    same = {**rows, "committee": enhanced.detach()[:, :, None]}
    found = [model(**each)[1]["sqa_real_si_snr"].item() for each in (rows, same)]
    assert found[0] < 30 < found[1]
    del rows["committee"]
    model.loss_wrappers = [wrapper(model, "sqa_real")]
    with pytest.raises(ValueError, match="mode committee: expected its second signal"):
        model(**rows)
    model.eval()
    with torch.no_grad():
        assert model(**rows)[1]["sqa_real"].isnan()  # as in validation


def test_stock_wrapper_refuses_rows_without_reference(make):
    stock = [
        {"name": "si_snr", "conf": {}, "wrapper": "fixed_order", "wrapper_conf": {}}
    ]
    model = make("placebo", criterions=stock)
    gradient(model, references=2)
    with pytest.raises(ValueError, match="which would train towards the unprocessed"):
        gradient(model, references=2, real=1)


def test_unknown_rows_are_refused():
    with pytest.raises(ValueError, match="rows: expected one of reference, real, all"):
        GuidedWrapper(None, rows="none")
