"""Pictures of the training: a line for what is known of each arm and seed."""

import pytest
from PIL import Image

from sqase.report.curves import COLOURS, draw_curves, gap, validation

SEEDS = ("1", "2", "3")


def epochs(first, last, wrap=lambda value: value, **metrics):
    """{epoch: {metric: value}} as JSON has it; metrics rise by 1 an epoch."""
    return {
        str(e): {m: wrap(v + e) for m, v in metrics.items()}
        for e in range(first, last + 1)
    }


@pytest.fixture
def units():
    def mean(value):
        return {"mean": value, "spread": 1.0}

    known = {"validation": epochs(0, 4, mean, pesq_wb=1.0, estoi=0.5)}
    found = {
        (arm, seed): {**known, "selected_epoch": 3}
        for arm in ("placebo", "refreshed")
        for seed in SEEDS
    }
    for seed in SEEDS[:2]:
        found["refreshed", seed] |= {"gap": epochs(1, 10, pesq_wb=0.0, dnsmos_ovrl=0.1)}
    del found["placebo", "3"]["validation"], found["placebo", "3"]["selected_epoch"]
    return found


def curves(figure):
    """Label of the panel -> names of its curves."""
    return {
        panel.get_ylabel(): [
            line.get_label() for line in panel.lines if "seed" in line.get_label()
        ]
        for panel in figure.axes
    }


def test_a_curve_of_each_arm_and_seed_from_the_start(units):
    figure = validation(units)
    names = [f"placebo, seed {s}" for s in SEEDS[:2]]
    names += [f"refreshed, seed {s}" for s in SEEDS]
    assert curves(figure) == {"pesq_wb (MOS)": names, "estoi": names}
    first, dot = figure.axes[0].lines[:2]
    assert list(first.get_xdata()) == [0, 1, 2, 3, 4]
    assert list(first.get_ydata()) == [1, 2, 3, 4, 5]
    assert (list(dot.get_xdata()), list(dot.get_ydata())) == ([3], [4])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["placebo", "refreshed"]


def test_gaps_of_closed_loops_alone_in_the_order_of_epochs(units):
    figure = gap(units)
    names = [f"refreshed, seed {s}" for s in SEEDS[:2]]
    assert curves(figure) == {
        "gap of pesq_wb (MOS)": names,
        "gap of dnsmos_ovrl (MOS)": names,
    }
    first = figure.axes[0].lines[0]
    assert list(first.get_xdata()) == list(range(1, 11))
    assert first.get_color() == COLOURS[1]  # as in the other picture


def test_an_onlooker_is_a_thin_line_of_the_same_look(units):
    unit = units["refreshed", "1"]
    unit["bystander_gap"] = {"2": {"pesq_wb": 0.3}, "1": {"pesq_wb": 0.2}}
    judge, onlooker, *_ = gap(units).axes[0].lines
    assert list(onlooker.get_xdata()) == [1, 2]
    assert list(onlooker.get_ydata()) == [0.2, 0.3]
    assert onlooker.get_color() == judge.get_color()
    assert onlooker.get_linewidth() < judge.get_linewidth()


def test_seeds_share_a_look_and_arms_do_not(units):
    for number in range(20):
        units[f"arm{number}", "1"] = units["refreshed", "1"]
        units[f"arm{number}", "2"] = units["refreshed", "1"]
    looks = {}
    for line in gap(units).axes[0].lines:
        arm = line.get_label().split(",")[0]
        looks.setdefault(arm, set()).add((line.get_color(), line.get_linestyle()))
    arms = [look for arm, look in looks.items() if not arm.startswith("_")]
    assert len(arms) == 21 and {len(look) for look in arms} == {1}
    assert len(set.union(*arms)) == 21


def test_what_is_not_known_is_not_drawn(units, tmp_path):
    baseline = {("baseline", "1"): units["placebo", "1"]}  # has epochs of its own
    assert draw_curves({("placebo", "1"): {}} | baseline, tmp_path) == []
    del units["refreshed", "1"]["gap"], units["refreshed", "2"]["gap"]
    assert draw_curves(units, tmp_path) == ["validation.png"]
    assert [path.name for path in tmp_path.iterdir()] == ["validation.png"]
    with Image.open(tmp_path / "validation.png") as picture:
        wide, high = picture.size
    assert 500 < wide < 1000 and 200 < high < wide
