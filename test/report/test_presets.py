"""The section on the arm `preset`, and what guided arms are above it."""

import json

from sqase.report import results

ARMS = ["noisy", "baseline", "preset", "placebo", "refreshed", "si_snr", "placebo_real"]


def choice(chosen, *gains):
    """Of presets a, b, ...: what unit.json says."""
    return {
        "preset": chosen,
        "presets": {
            name: {"means": {"pesq_wb": 1.5 + gain, "si_snr": 7}, "gain": gain}
            for name, gain in zip(("baseline", "a", "b"), (0.0, *gains))
        },
    }


def test_the_table_shows_each_seeds_choice_and_differences_to_it(experiment, offsets):
    arms = {"noisy": 0.0, "baseline": 0.5, "preset": 0.53, "placebo": 0.5}
    experiment.test_set("test", speakers=8, each=3)
    for seed in ("1", "2"):
        offsets("test", {**arms, "refreshed": 0.6}, seed=seed)
        for arm in ("baseline", "placebo", "refreshed"):
            experiment.unit(arm, seed=seed)
    experiment.unit("preset", config_digest="p", **choice("a", 0.02, -0.5))
    experiment.unit("preset", seed="2", config_digest="p", **choice("b", 0.25, 0.5))
    experiment.report([*arms, "refreshed"], seeds="1 2", test_sets="test")
    found = json.loads((experiment.output_dir / "results.json").read_text())
    assert found["versus"]["preset"]["control"] == "baseline"
    assert abs(found["versus"]["preset"]["test"]["pesq_wb"]["delta"] - 0.03) < 1e-6
    assert list(found["above_preset"]) == ["refreshed"]
    page = (experiment.output_dir / "RESULTS.md").read_text("utf-8")
    section = page.split("## Presets\n")[1].split("\n## ")[0]
    for line in (
        "| preset | seed 1 | seed 2 |",
        "| baseline | 1.500 / 7.00  +0.000 | 1.500 / 7.00  +0.000 |",
        "| a | **1.520 / 7.00  +0.020** | 1.750 / 7.00  +0.250 |",
        "| b | 1.000 / 7.00  -0.500 | **2.000 / 7.00  +0.500** |",
        "| metric | refreshed - preset |",
        "| pesq_wb MOS ↑ | **+0.070** [+0.070, +0.070] |",
    ):
        assert line in section.splitlines()


def test_arms_that_are_compared_with_it():
    assert results.control_of("preset", ARMS) == "baseline"
    assert results.control_of("preset", ["noisy", "preset"]) is None
    guided = [arm for arm in ARMS if results.is_compared_with_preset(arm, ARMS)]
    assert guided == ["refreshed", "si_snr"]
    assert not results.is_compared_with_preset("gtcrn", ARMS)
    assert not results.is_compared_with_preset("refreshed", ["refreshed"])
