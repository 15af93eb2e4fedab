"""Every settings file of every recipe builds what it describes, in every size."""

import re
from pathlib import Path

import pytest
import yaml
from lab import build

from sqase.bin import sqase_adapt as adapt
from sqase.metrics import METRICS, roles
from sqase.report.results import control_of
from sqase.runtime import config
from sqase.simulation.settings import check as check_data
from sqase.tasks.arms import arm_settings
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.sqa import SQATask
from sqase.tasks.wrapper import GuidedWrapper

EGS = Path(__file__).parents[1] / "egs"
RECIPES = [path.parents[1] for path in sorted(EGS.glob("*/local/data.sh"))]


def files(pattern):
    """The settings of a kind in all recipes, the chosen and the others."""
    paths = [p for r in RECIPES for p in sorted(r.glob(f"conf/tuning/{pattern}"))]
    return [pytest.param(path, id=str(path.relative_to(EGS))) for path in paths]


def loaded(path):
    """The settings in each size, those that are the same left out."""
    sizes = []
    for size in config.SIZES:
        settings = config.load(path, size)
        if settings not in sizes:
            sizes.append(settings)
    return sizes


def recipe_roles(path):
    recipe = next(r for r in RECIPES if r in path.parents)
    return roles.load(recipe / "conf/metrics.yaml")


def test_recipes_and_their_chosen_settings_are_found():
    assert {
        "chime4",
        "chime7_udase",
        "dns",
        "mini",
        "folders",
        "urgent24",
        "vctk_noisy",
    } <= {recipe.name for recipe in RECIPES}
    of_enhancement = {"se.yaml", "se_guided.yaml"}
    for recipe in RECIPES:
        links = [path for path in recipe.glob("conf/*.yaml") if path.is_symlink()]
        assert {path.resolve().parent.name for path in links} == {"tuning"}
        assert {path.name for path in links} - {"sqa.yaml"} in (of_enhancement, set())
        assert (recipe / "conf/sqa.yaml") in links


def with_bases(path):
    """A settings file and all that it starts from, in one of its sizes."""
    settings = yaml.safe_load(path.read_text("utf-8"))
    found = {path.resolve()}
    for layer in (settings, *settings.get("sizes", {}).values()):
        bases = layer.get("base", [])
        for base in [bases] if isinstance(bases, str) else bases:
            found |= with_bases(path.resolve().parent / base)
    return found


def in_use():
    """(file of conf/tuning, "default" or the page that uses it), as egs/README.md says."""
    text = (EGS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+_\d\w)` \| ([^|]+) \| .* \| (.*) \|$", text, re.M)
    for name, recipes, user in rows:
        for recipe in recipes.split():
            page = re.sub(r"^\[.*\]\((.*)\)$", r"\1", user)
            yield EGS / recipe / "conf/tuning" / f"{name}.yaml", page


def test_all_settings_stand_in_the_table():
    listed = [path for path, _ in in_use()]
    there = {path for recipe in RECIPES for path in recipe.glob("conf/tuning/*.yaml")}
    assert set(listed) == there and len(listed) == len(there)


@pytest.mark.parametrize(
    "path, user", [pytest.param(*x, id=str(x[0].relative_to(EGS))) for x in in_use()]
)
def test_settings_are_used_as_the_table_says(path, user):
    recipe = path.parents[2]
    if user == "default":
        users = {link for link in recipe.glob("conf/*.yaml") if link.is_symlink()}
    else:
        names = re.findall(r"tuning/(\w+\.yaml)", (EGS / user).read_text("utf-8"))
        users = {each for name in names for each in EGS.glob(f"*/conf/tuning/{name}")}
    assert path.resolve() in set().union(*map(with_bases, users))


@pytest.mark.parametrize("path", files("se_[!g]*.yaml"))
def test_enhancement_settings_build(path):
    for settings in loaded(path):
        settings.pop("start_from", None)  # whose network there is then
        assert len(build(GuidedEnhancementTask, settings).loss_wrappers) > 0


def arms_of(path):
    """The arms that a file adds to those of its base; all, if it adds none."""
    own = yaml.safe_load(path.read_text("utf-8")).get("arms", {})
    return set(own) or set(config.load(path)["arms"])


@pytest.mark.parametrize("path", files("se_guided*.yaml"))
def test_arms_build_with_heads_that_the_assessor_has(path, tmp_path):
    known = recipe_roles(path)
    places = [tmp_path / name for name in "abcd"]
    for settings in loaded(path):
        for arm in arms_of(path):
            options = arm_settings(settings, arm, *places, seed=1)
            del options["guide_conf"]["start"]  # weights, which are read at once
            wrappers = build(GuidedEnhancementTask, options).loss_wrappers
            names = {w.criterion.name for w in wrappers}
            guided = [w.criterion for w in wrappers if isinstance(w, GuidedWrapper)]
            held = bool({"anchor", "committee"} & names)
            assert held == arm.endswith("_real") == (len(guided) == 2)
            assert guided
            for criterion in guided:
                known.refuse_held_out(criterion.metrics, str(path))
                assert set(criterion.metrics) <= set(known.labels)


@pytest.mark.parametrize("path", files("se_guided*.yaml"))
def test_each_arm_differs_from_its_control_only_in_the_guidance(path, tmp_path):
    """Batches, schedule, network and, unless the arm is there to compare another one,
    signal loss are the same for all arms."""
    places = [tmp_path / name for name in "abcd"]
    settings = config.load(path)
    options = {a: arm_settings(settings, a, *places, seed=1) for a in settings["arms"]}
    for arm, found in options.items():
        if arm.startswith("placebo"):
            continue  # its own control is another start, or hears other data
        control = options[control_of(arm, list(options))]
        changed = {k for k in found if found[k] != control.get(k)}
        assert (
            changed <= {"criterions", "guide_conf"} and found.keys() == control.keys()
        )
        if "criterions" not in (settings["arms"][arm] or {}):
            for own, others in zip(
                found["criterions"], control["criterions"], strict=True
            ):
                kind = arm.partition("_")[0]
                new = kind if kind in ("committee", "ranked") else "guided"
                assert own == others or own["wrapper"] in ("guided", new)
    guided = [c for c in options["placebo"]["criterions"] if c["wrapper"] == "guided"]
    assert [c["wrapper_conf"]["weight"] for c in guided] == [0]


@pytest.mark.parametrize("size", config.SIZES)
def test_adaptation_settings_build_beside_any_network(size, tmp_path):
    network = config.load(EGS / "folders/conf/se.yaml")
    network.pop("start_from", None)
    settings = config.load(adapt.CONFIG, size)
    check_data(settings.pop("adaptation")["pairs"])
    places = [tmp_path / name for name in "abcd"]
    for arm in ("placebo_real", settings.pop("arm")):
        options = arm_settings({**network, **settings}, arm, *places, seed=1)
        del options["guide_conf"]["start"]  # weights, which are read at once
        build(GuidedEnhancementTask, options)


@pytest.mark.parametrize("path", files("sqa_*.yaml"))
def test_quality_model_settings_build(path):
    labels = recipe_roles(path).labels
    facts = [METRICS.load(name) for name in labels]
    heads = {m.name: {"low": m.low, "high": m.high} for m in facts}
    for settings in loaded(path):
        settings.pop("start_from", None)  # whose network there is then
        settings["sqa_conf"]["heads"] = heads
        for name in ("spread", "local_spread"):
            settings["model_conf"][name] = dict.fromkeys(heads, 1.0)
        assert build(SQATask, settings).sqa.metrics == labels
