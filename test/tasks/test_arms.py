"""The arms in training: what each shares with its control, and what it leaves."""

import pytest
import torch
from lab import CONF, DROPOUT, HEADS, NO_GUIDANCE, equal, loop_state, weights

from sqase.runtime import config
from sqase.sqa.assessor import Assessor
from sqase.tasks.arms import guidance_of, hears_committee, keep_assessor


@pytest.mark.parametrize(
    "arm, control",
    [
        ("refreshed", "placebo"),
        ("refreshed_committee", "placebo"),
        ("refreshed_real", "committee_real"),
    ],
)
def test_all_machinery_on_with_weight_0_is_the_placebo_to_the_bit(lab, arm, control):
    machinery = lab.train(arm, f"{arm}_without_weight", *NO_GUIDANCE, DROPOUT)
    placebo = lab.train(control, f"{control}_with_dropout", DROPOUT)
    assert equal(weights(machinery), weights(placebo))
    assert not equal(weights(placebo), torch.load(lab.baseline, weights_only=True))
    state = loop_state(machinery)["refresher"]
    assert state["updates"] == 20 and state["replay"] == [6, 9, 12, 15, 18]
    start = Assessor.load(lab.assessor).model.state_dict()
    for learner in ("gap", "bystander_gap"):
        found = state["learners"][learner]["assessor"]
        changed = {k for k, v in start.items() if (found[k] != v).any()}
        assert changed == {k for k in start if not k.startswith("judge.")}
    assert loop_state(placebo)["refresher"] is None


@pytest.fixture(scope="module")
def placebo(lab):
    return lab.train("placebo", "placebo")


def test_guidance_and_real_rows_do_act(lab, placebo, refreshed, refreshed_real):
    """Else the test above would prove nothing."""
    placebo = weights(placebo)
    assert not equal(weights(refreshed), placebo)
    assert not equal(weights(refreshed_real), weights(refreshed))
    real = [
        weights(lab.train(arm, arm)) for arm in ("placebo_real", "committee_real")
    ]
    assert not equal(real[0], placebo)  # the anchor alone
    assert not equal(*real) and not equal(real[1], weights(refreshed_real))


@pytest.mark.parametrize(
    "arm",
    [
        *("si_snr", "mr_l1", "pesq_loss", "metricgan", "adversarial"),
        *("refreshed_committee", "formula_real", "ranked_real"),
    ],
)
def test_compared_arms_train_and_are_neither_the_placebo_nor_the_guided(
    lab, placebo, refreshed, arm
):
    found = weights(lab.train(arm, arm, "max_epoch=1"), epoch=1)
    assert all(value.isfinite().all() for value in found.values())
    for other in (placebo, refreshed):
        assert not equal(found, weights(other, epoch=1))


def test_heads_criterions_and_judge_of_an_arm_replace_the_others(lab, tmp_path):
    def names(arm):
        found = lab.settings(arm, tmp_path)["criterions"]
        return [item["name"] for item in found], found[-1]["conf"].get("heads")

    signal = ["compressed_spectrum"]
    assert names("placebo") == ([*signal, "sqa"], dict.fromkeys(HEADS, 1.0))
    assert names("metricgan") == ([*signal, "sqa"], {"stoi": 1.0})
    assert names("si_snr")[0] == ["si_snr", "sqa"]
    assert names("mr_l1")[0] == ["mr_l1_tfd", "sqa"]
    assert names("pesq_loss") == ([*signal, "formulas"], dict.fromkeys(HEADS, 1.0))
    real = [*signal, "sqa", "compressed_spectrum"]
    assert names("refreshed_real")[0] == [*real, "sqa"]
    assert names("formula_real")[0] == [*real, "formulas"]
    assert names("placebo_real")[0] == [*signal, "sqa", "multi_resolution_l1", "sqa"]
    as_is = lab.settings("refreshed", tmp_path, "guidance.augment=false")
    assert as_is["criterions"][-1]["conf"]["augment"] is False


def test_the_quality_model_is_not_in_the_enhancer(lab, refreshed_real):
    keys = weights(refreshed_real).keys()
    assert keys == torch.load(lab.baseline, weights_only=True).keys()


def test_keep_assessor_writes_the_one_that_the_loop_left(lab, refreshed):
    keep_assessor(refreshed, lab.assessor, "reference")
    kept = Assessor.load(refreshed / "assessor")
    left = loop_state(refreshed)["refresher"]["learners"]["gap"]["assessor"]
    assert equal(kept.model.state_dict(), left)
    assert kept.config["mode"] == "reference" and kept.metrics == HEADS


def test_unknown_arm():
    with pytest.raises(ValueError, match="arm 'b': expected one of a"):
        guidance_of({"guidance": {}, "arms": {"a": None}}, "b")


@pytest.mark.parametrize(
    "arm, hears",
    {
        **dict.fromkeys(("placebo", "refreshed", "pesq_loss", "placebo_real"), False),
        **dict.fromkeys(("refreshed_committee", "committee_real"), True),
        **dict.fromkeys(("refreshed_real", "formula_real", "ranked_real"), True),
    }.items(),
)
def test_arms_that_hear_a_committee_are_known(arm, hears):
    assert hears_committee(config.load(CONF / "se_guided.yaml"), arm) == hears
