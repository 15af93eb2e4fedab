"""Agreement of predicted with true scores, by known answers."""

import numpy as np
import pytest

from sqase.sqa.agreement import agreement, agreement_levels, intervals


def test_known_answers():
    """Ranks 1 2 3 4 against 1 3 2 4: one of six pairs is discordant."""
    figures = agreement([1, 2, 3, 4], [1, 3, 2, 4])
    assert figures == {"mse": 0.5, "lcc": 0.8, "srcc": 0.8, "ktau": 0.6667, "n": 4}
    monotone = agreement([1, 2, 3, 4], [1, 10, 100, 1000])
    assert monotone["srcc"] == monotone["ktau"] == 1 and monotone["lcc"] < 0.9
    assert agreement([1, 2, 3], [3, 2, 1])["lcc"] == -1


@pytest.mark.parametrize(
    "true, predicted, n", [([], [], 0), ([1, 2], [1, 2], 2), ([1, 2, 3], [5, 5, 5], 3)]
)
def test_undefined_is_none(true, predicted, n):
    figures = agreement(true, predicted)
    assert figures["lcc"] is figures["srcc"] is figures["ktau"] is None
    assert figures["n"] == n and (figures["mse"] is None) == (n == 0)


def test_missing_labels_do_not_count():
    assert agreement([1, 2, np.nan, 3], [1, 2, 99, 3]) == agreement(
        [1, 2, 3], [1, 2, 3]
    )


def test_levels_tell_systems_from_utterances():
    """Right about systems, wrong within each; one label is missing."""
    systems = np.repeat(["a", "b", "c"], 3)
    within = np.tile([-1.0, 0.0, 1.0], 3)
    true = np.repeat([0.0, 10.0, 20.0], 3) + within
    predicted = np.repeat([0.0, 10.0, 20.0], 3) - within
    systems, true = np.append(systems, "d"), np.append(true, np.nan)
    levels = agreement_levels(true, np.append(predicted, 7.0), systems)
    assert levels["system"]["lcc"] == 1 and levels["system"]["n"] == 3
    assert levels["within_system"]["lcc"] == -1 and levels["within_system"]["n"] == 3
    assert levels["utterance"]["n"] == 9 and 0.9 < levels["utterance"]["lcc"] < 1


def draw(count, seed=0):
    rng = np.random.default_rng(seed)
    true = rng.normal(size=count)
    return true, true + 0.7 * rng.normal(size=count)


def test_intervals_contain_the_figure_and_shrink_with_more_clips():
    widths = []
    for count in (50, 800):
        true, predicted = draw(count)
        names = [f"{n}" for n in range(count)]
        ends = intervals(true, predicted, ["s"] * count, names)["utterance"]
        for name, figure in agreement(true, predicted).items():
            if name in ("lcc", "srcc"):
                low, high = ends[f"{name}_ci95"]
                assert low < figure < high
        widths.append(high - low)
    assert widths[1] < 0.5 * widths[0]


def test_copies_of_an_utterance_add_no_certainty():
    true, predicted = draw(60)
    names = np.arange(60).astype(str)
    once = intervals(true, predicted, ["s"] * 60, names)["utterance"]["lcc_ci95"]
    copies = [np.repeat(values, 8) for values in (true, predicted, names)]
    systems = np.tile([f"s{n}" for n in range(8)], 60)
    many = intervals(*copies[:2], systems, copies[2])["utterance"]["lcc_ci95"]
    assert many == pytest.approx(once, abs=0.02)


def test_intervals_of_systems_and_of_nothing():
    true, predicted = draw(200)
    systems = np.tile([f"s{n}" for n in range(5)], 40)
    shift = np.tile(np.arange(5.0), 40)
    names = np.repeat(np.arange(40), 5)
    ends = intervals(true + shift, predicted + shift, systems, names)["system"]
    assert 0.9 < ends["lcc_ci95"][0] <= ends["lcc_ci95"][1] <= 1
    assert intervals(true, np.ones(200), systems, names)["system"]["lcc_ci95"] is None
    nothing = intervals(np.full(3, np.nan), np.ones(3), ["s"] * 3, ["a", "b", "c"])
    assert nothing["utterance"] == {"lcc_ci95": None, "srcc_ci95": None}
