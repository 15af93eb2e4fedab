"""The arms in training: what each shares with its control, and what it leaves."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lab import CONF, DROPOUT, HEADS, NO_GUIDANCE, equal, loop_state, weights

from sqase.data.listings import read_scp
from sqase.runtime import config
from sqase.simulation.mixing import active_level
from sqase.sound import audio
from sqase.sqa.assessor import Assessor
from sqase.tasks.arms import (
    guidance_of,
    hears_committee,
    keep_assessor,
    lay_rows,
)


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
    real = [weights(lab.train(arm, arm)) for arm in ("placebo_real", "committee_real")]
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
    "arm, heard",  # of rows with a reference, of those without
    {
        **dict.fromkeys(("placebo", "refreshed", "pesq_loss"), (False, False)),
        **dict.fromkeys(("placebo_real",), (False, False)),
        **dict.fromkeys(("refreshed_committee",), (True, False)),
        **dict.fromkeys(("committee_real", "remix_real"), (False, True)),
        **dict.fromkeys(("refreshed_real", "ranked_real"), (True, True)),
        **dict.fromkeys(("formula_real",), (False, True)),
    }.items(),
)
def test_arms_that_hear_a_committee_are_known(arm, heard):
    settings = config.load(CONF / "se_guided.yaml")
    assert heard == tuple(
        hears_committee(settings, arm, real=real) for real in (False, True)
    )


def test_rows_of_an_arm_are_laid_with_what_it_hears(lab, tmp_path):
    settings = config.load(CONF / "se_guided.yaml", "smoke", ["utterances=3"])
    sets = lab.train_dir, lab.real_dir, lab.root / "committee"
    made = lay_rows(settings, "remix_real", *sets, tmp_path)
    assert made == {lab.real_dir: lab.root / "committee" / lab.real_dir.name}
    data = tmp_path / "data"
    flags = read_scp(data / "utt2hasref")
    assert [*flags.values()].count("1") == 6 and len(flags) == 9
    noisy, clean = (read_scp(data / name) for name in ("wav.scp", "spk1.scp"))
    speech_of = read_scp(lab.train_dir / "spk1.scp")
    remixed = [utt for utt in flags if utt.startswith("remixed-")]
    assert len(remixed) == 3 and len({noisy[utt] for utt in remixed}) == 3
    for utt in remixed:
        speech, _ = audio.read(clean[utt])
        was, _ = audio.read(speech_of[utt.removeprefix("remixed-")])
        noise = audio.read(noisy[utt])[0] - speech
        assert np.corrcoef(speech, was)[0, 1] > 0.999
        assert -6 < active_level(speech) - active_level(noise) < 21
    silent = {read_scp(data / "committee.scp")[utt] for utt in remixed}
    assert [Path(path).name for path in silent] == ["no_committee.wav"]
    lay_rows(settings, "placebo", lab.train_dir, None, None, tmp_path / "alone")
    assert not (tmp_path / "alone/data/committee.scp").exists()
    with pytest.raises(ValueError, match="arm remix_real: expected --real_dir"):
        lay_rows(settings, "remix_real", lab.train_dir, None, sets[2], tmp_path)
    with pytest.raises(ValueError, match="arm remix_real: expected --committee"):
        lay_rows(settings, "remix_real", *sets[:2], None, tmp_path)
