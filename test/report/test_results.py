"""From files to results.json, with scores whose figures are known."""

import numpy as np
import pytest

from sqase.report.load import load_scored_set, metric_versions, pooled, with_joined
from sqase.report.results import control_of, gaps, self_checks, summarise
from sqase.report.units import load_units

ARMS = {"noisy": 0.0, "baseline": 0.5, "placebo": 0.6, "refreshed": 0.7}


def loaded(experiment, name, arms, seeds=("1",)):
    folder = experiment.data_dir / name
    metrics = experiment.roles.scored
    return load_scored_set(experiment.expdir, folder, list(arms), seeds, metrics)


def summarised(experiment, *test_sets, units=None, evaluation=None):
    return summarise(test_sets, units or {}, experiment.roles, evaluation or {})


def test_means_and_paired_differences_are_what_was_put_in(experiment, offsets):
    experiment.test_set("test", speakers=10, each=3)
    offsets("test", ARMS)
    results = summarised(experiment, loaded(experiment, "test", ARMS))
    noisy = results["scores"]["noisy"]["test"]["pesq_wb"]
    base = np.random.default_rng(7).uniform(1, 3, 30)
    assert noisy["mean"] == pytest.approx(base.mean(), abs=1e-5)
    assert noisy["std_utt"] == pytest.approx(base.std(ddof=1), abs=1e-5)
    assert noisy["ci95"][0] < noisy["mean"] < noisy["ci95"][1]
    assert noisy["by_seed"] == {"1": noisy["mean"]}
    assert (noisy["n_scored"], noisy["n_total"], noisy["n_clamped"]) == (30, 30, 0)
    versus = results["versus"]
    assert "noisy" not in versus
    assert versus["refreshed"]["control"] == "placebo"
    refreshed = versus["refreshed"]["test"]["pesq_wb"]
    assert refreshed["delta"] == pytest.approx(0.1)
    assert refreshed["ci95"] == pytest.approx([0.1, 0.1])  # paired: the spread cancels


def test_a_missing_score_is_counted_and_leaves_only_its_pair(experiment):
    utts = experiment.test_set("test", speakers=4, each=1)
    experiment.scores("noisy", "test", {u: {"pesq_wb": 1.0} for u in utts})
    values = {u: {"pesq_wb": 3.0} for u in utts}
    values[utts[0]] = {"pesq_wb": None}
    values[utts[1]] = {"pesq_wb": 4.5}
    experiment.scores("baseline", "test", values, clamped=["pesq_wb"])
    results = summarised(experiment, loaded(experiment, "test", ["noisy", "baseline"]))
    entry = results["scores"]["baseline"]["test"]["pesq_wb"]
    assert (entry["n_scored"], entry["n_total"], entry["n_clamped"]) == (3, 4, 3)
    assert entry["mean"] == pytest.approx(3.5)
    assert results["versus"]["baseline"]["test"]["pesq_wb"]["delta"] == 2.5
    stoi = results["scores"]["baseline"]["test"]["stoi"]
    assert (stoi["mean"], stoi["ci95"], stoi["n_scored"]) == (None, None, 0)


def test_a_set_and_its_counterpart_are_joined_for_tables_alone(experiment, offsets):
    for name, speakers in (("real", 3), ("real_2", 5)):
        experiment.test_set(name, speakers=speakers, each=2)
        offsets(name, ARMS)
    parts = [loaded(experiment, name, ARMS) for name in ("real", "real_2")]
    sets = with_joined(parts)
    assert [t.name for t in sets] == ["real", "real_2", "real and real_2"]
    entries = summarised(experiment, *sets)["scores"]["noisy"]
    first, second, both = (entries[t.name]["pesq_wb"] for t in sets)
    assert (first["n_total"], second["n_total"], both["n_total"]) == (6, 10, 16)
    mean = (6 * first["mean"] + 10 * second["mean"]) / 16
    assert both["mean"] == pytest.approx(mean, abs=1e-5)
    assert len(pooled(sets, "noisy", "pesq_wb")[0]) == 16
    assert with_joined(parts[1:]) == parts[1:]


def test_a_clip_identical_to_its_reference_is_no_measurement(experiment):
    utts = experiment.test_set("test", speakers=2, each=1)
    reasons = {"reasons": {"pesq_wb": "identical to the reference"}}
    experiment.scores("noisy", "test", {u: {"pesq_wb": 4.65} for u in utts}, **reasons)
    results = summarised(experiment, loaded(experiment, "test", ["noisy"]))
    assert results["scores"]["noisy"]["test"]["pesq_wb"]["n_scored"] == 0


def test_seeds_are_merged_and_an_arm_may_lack_one(experiment, offsets):
    experiment.test_set("test", speakers=10, each=3)
    offsets("test", {"noisy": 0.0, "baseline": 0.5}, seed="1")
    offsets("test", {"noisy": 0.0}, seed="2")
    arms = ["noisy", "baseline"]
    results = summarised(experiment, loaded(experiment, "test", arms, ["1", "2"]))
    assert results["scores"]["noisy"]["test"]["pesq_wb"]["n_total"] == 60
    baseline = results["scores"]["baseline"]["test"]["pesq_wb"]
    assert baseline["n_total"] == 30 and list(baseline["by_seed"]) == ["1"]
    versus = results["versus"]["baseline"]["test"]["pesq_wb"]
    assert versus["by_seed"] == {"1": 0.5} and versus["delta"] == 0.5


def test_gap_is_predicted_minus_true_and_needs_a_truth(experiment, offsets):
    experiment.test_set("test", speakers=10, each=3)
    experiment.test_set("real", speakers=10, each=3, references="none")
    offsets("test", ARMS)
    offsets("test", {"noisy": 0.25}, kind="predicted")
    offsets("real", ARMS, metric="dnsmos_ovrl")
    offsets("real", {"noisy": 0.25}, kind="predicted", metric="pesq_wb")
    sets = [loaded(experiment, name, ARMS) for name in ("test", "real")]
    results, gap = summarised(experiment, *sets), gaps(sets)
    assert gap["noisy"]["test"]["pesq_wb"]["delta"] == pytest.approx(0.25)
    assert gap["noisy"]["real"] == {} and gap["baseline"]["test"] == {}
    assert results["predicted"]["noisy"]["real"]["pesq_wb"]["mean"] is not None
    assert results["predicted"]["baseline"] == {"test": {}, "real": {}}
    on_arms = results["agreement"]["on_arms"]
    assert on_arms["noisy"]["pesq_wb"]["lcc"] == 1.0
    assert on_arms["noisy"]["pesq_wb"]["mse"] == pytest.approx(0.0625)
    assert on_arms["baseline"] == {}


def test_self_check_refuses_a_placebo_below_its_baseline(experiment, offsets):
    experiment.test_set("test", speakers=10, each=3)
    below = {"noisy": 0.0, "baseline": 0.5, "placebo": 0.3}
    for arms, count in ((ARMS, 0), (below, 1)):
        offsets("test", arms, spread=0.01)
        results = summarised(experiment, loaded(experiment, "test", arms))
        problems = self_checks(results, experiment.roles)
        assert len(problems) == count
    assert "test: placebo is below its baseline in pesq_wb: -0." in problems[0]


def test_controls():
    arms = "noisy baseline preset placebo frozen refreshed refreshed_committee "
    arms = (arms + "placebo_real committee_real refreshed_real formula_real").split()
    assert {arm: control_of(arm, arms) for arm in arms} == {
        "noisy": None,
        "baseline": "noisy",
        "preset": "baseline",
        "placebo": "baseline",
        "frozen": "placebo",
        "refreshed": "placebo",
        "refreshed_committee": "placebo",
        "placebo_real": "placebo",
        "committee_real": "placebo_real",
        "refreshed_real": "committee_real",
        "formula_real": "committee_real",
    }
    assert control_of("refreshed", ["noisy", "refreshed"]) is None


def test_arms_of_a_recipes_own_are_compared_with_the_control_of_their_data():
    arms = ["placebo", "placebo_real", "placebo_8_real", "committee_8_real"]
    found = {
        "pesq_loss": "placebo",
        "si_snr": "placebo",
        "placebo_8_real": "placebo",
        "committee_8_real": "placebo_8_real",
        "refreshed_8_real": "committee_8_real",
    }
    assert {arm: control_of(arm, arms) for arm in found} == found
    assert control_of("refreshed_1_real", arms) is None


def test_scores_of_other_utterances_are_refused(experiment):
    utts = experiment.test_set("test", speakers=2, each=2)
    experiment.scores("noisy", "test", {u: {"pesq_wb": 1.0} for u in utts[:-1]})
    with pytest.raises(ValueError, match="expected the 4 utterances.*got 3: s01-01"):
        loaded(experiment, "test", ["noisy"])
    with pytest.raises(
        FileNotFoundError, match=r"scores/seed\*/frozen/test.jsonl.*found none"
    ):
        loaded(experiment, "test", ["frozen"])


def test_two_versions_of_a_metric_are_refused(experiment):
    values = {u: {"pesq_wb": 1.0} for u in experiment.test_set("test", 2, 1)}
    experiment.scores("noisy", "test", values)
    experiment.scores("baseline", "test", values, versions={"pesq_wb": "pesq 0.0.5"})
    scored = loaded(experiment, "test", ["noisy"])
    assert metric_versions([scored]) == {"pesq_wb": "pesq 0.0.4"}
    with pytest.raises(ValueError, match="expected pesq 0.0.4.*got pesq 0.0.5"):
        metric_versions([loaded(experiment, "test", ["noisy", "baseline"])])


def test_an_arm_more_leaves_the_others_comparable(experiment):
    experiment.unit("placebo", arm_digest="p")
    experiment.unit("frozen", arm_digest="f")
    assert len(load_units(experiment.expdir, ["placebo", "frozen"], ["1"])) == 2
    experiment.unit("frozen", seed="2", arm_digest="other")
    with pytest.raises(ValueError, match="settings of arm frozen: expected digest f"):
        load_units(experiment.expdir, ["placebo", "frozen"], ["1", "2"])


@pytest.mark.parametrize(
    "facts, complaint",
    [
        ({"data_digest": {"train": "other"}}, "data train: expected digest d as in"),
        (
            {"config_digest": "other"},
            "settings of guided arms: expected digest c as in",
        ),
    ],
)
def test_other_data_or_settings_are_refused(experiment, facts, complaint):
    experiment.unit("baseline", config_digest="of se.yaml")
    experiment.unit("placebo", data_digest={"train": "d"})
    experiment.unit("placebo_real", data_digest={"train": "d", "train_real": "e"})
    arms = ["noisy", "baseline", "placebo", "placebo_real"]
    assert len(load_units(experiment.expdir, arms, ["1"])) == 3
    experiment.unit("placebo", seed="2", **facts)
    with pytest.raises(ValueError, match=complaint):
        load_units(experiment.expdir, arms, ["1", "2"])
    with pytest.raises(FileNotFoundError, match="Train the arm frozen"):
        load_units(experiment.expdir, ["frozen"], ["1"])
