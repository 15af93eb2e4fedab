"""What training has seen cannot judge it."""

from pathlib import Path

import pytest
import yaml

from sqase.metrics import roles
from sqase.runtime import config

EGS = Path(__file__).parents[2] / "egs"
SHARED = EGS / "TEMPLATE/conf/metric_roles.yaml"
CONFIGS = sorted(EGS.glob("*/conf/metrics.yaml"))
ENHANCING = [path for path in CONFIGS if (path.parent / "se.yaml").exists()]


def recipe(path):
    return path.parts[-3]


@pytest.fixture
def write(tmp_path):
    """Write metrics.yaml with changes."""

    def write(changes, role_changes=()):
        settings = config.load(ENHANCING[0])
        settings["roles"].update(role_changes)
        path = tmp_path / "metrics.yaml"
        path.write_text(yaml.safe_dump(settings | changes))
        return path

    return write


def test_the_shared_roles_stay_as_they_were_fixed():
    """More metrics may get a role; none moves."""
    plan = roles.load(SHARED)
    assert plan.labels == plan.trained
    assert set(plan.held_out) >= {"lsd", "mcd", "distill_mos", "srmr"}
    assert set(plan.related) >= {"pesq_nb", "csig", "cbak", "covl", "dnsmos_p808"}
    assert plan.selection == ("pesq_wb", "estoi", "si_snr")
    assert plan.role("mcd") == "held_out" and plan.role("stoi") == "trained"


LEFT_OUT = {"mini": {"distill_mos", "srmr"}}  # for what they cost; with no other role


def moved(path):
    """The metrics that a recipe uses for something else than all recipes do."""
    plan, shared = roles.load(path), roles.load(SHARED)
    lost = set(shared.held_out) - set(plan.held_out)
    for use in ("trained", "related", "labels", "selection"):
        lost |= set(getattr(plan, use)) ^ set(getattr(shared, use))
    return lost


@pytest.mark.parametrize("path", ENHANCING, ids=recipe)
def test_recipes_move_no_metric(path):
    assert moved(path) == LEFT_OUT.get(recipe(path), set())
    plan = roles.load(path)
    assert not moved(path) & {*plan.trained, *plan.related, *plan.labels, *plan.selection}


def test_a_recipe_may_hold_out_more_metrics_but_move_none(write):
    shared = roles.load(SHARED)
    held = list(shared.held_out)
    with_more = {"held_out": [*held, "utmos"]}
    assert roles.load(write({}, with_more)).held_out[-1] == "utmos"
    assert not moved(write({}, with_more))
    assert moved(write({"main": []}, {"held_out": held[1:]})) == {held[0]}
    trained = [*shared.trained, held[0]]
    assert moved(write({}, {"held_out": held[1:], "trained": trained})) == {held[0]}
    related = {"related": shared.related[1:], "held_out": [*held, shared.related[0]]}
    assert moved(write({}, related)) == {shared.related[0]}


@pytest.mark.parametrize("path", CONFIGS, ids=recipe)
def test_no_label_is_a_variant_of_what_judges(path):
    """An assessor may guide in another recipe than the one that trained it."""
    labels = {name.removeprefix("urgent_") for name in roles.load(path).labels}
    assert not labels & set(roles.load(ENHANCING[0]).held_out)


@pytest.mark.parametrize("use", ["labels", "selection"])
@pytest.mark.parametrize("metric, role", [("mcd", "held_out"), ("pesq_nb", "related")])
def test_held_out_and_related_metrics_are_refused(write, use, metric, role):
    path = write({use: ["pesq_wb", metric]})
    with pytest.raises(ValueError, match=rf"{use}: .*got {metric} \(role {role}\)"):
        roles.load(path)


def test_heads_are_checked_by_the_same_rule():
    plan = roles.load(CONFIGS[0])
    plan.refuse_held_out(["stoi", "sdr"], "heads of the assessor")
    with pytest.raises(ValueError, match="heads of the assessor: .*got lsd"):
        plan.refuse_held_out(["stoi", "lsd"], "heads of the assessor")


@pytest.mark.parametrize(
    "changes, role_changes, complaint",
    [
        ({}, {"held_out": ["lsd", "stoi"]}, "stoi: expected one role"),
        ({}, {"held_out": ["mdc"]}, "unknown metric 'mdc': did you mean mcd"),
        ({"main": ["visqol"]}, {}, "main: .*got visqol"),
        ({"losses": []}, {}, "expected the keys roles, labels.*got .*losses"),
        ({}, {"other": []}, "roles: expected the keys trained.*got .*other"),
    ],
)
def test_mistakes_are_named(write, changes, role_changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        roles.load(write(changes, role_changes))
