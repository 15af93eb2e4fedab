"""Recipes as links in an ESPnet clone."""

import subprocess

import pytest
from shell import ROOT, UTILS


def link(espnet, recipe):
    command = [UTILS / "link_to_espnet.sh", espnet, recipe]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture()
def espnet(tmp_path):
    """The folders of a clone that matter."""
    for name in ("TEMPLATE/enh1", "chime4/enh1"):
        (tmp_path / "my espnet/egs2" / name).mkdir(parents=True)
    return tmp_path / "my espnet"


def test_a_recipe_runs_through_its_link(espnet):
    for _ in range(2):  # a second time changes nothing
        assert link(espnet, "egs/mini").returncode == 0
    assert [path.name for path in (espnet / "egs2/mini").iterdir()] == ["enh1"]
    script = espnet / "egs2/mini/enh1/run.sh"
    found = subprocess.run([script, "--help"], capture_output=True, text=True)
    assert found.returncode == 0 and "--test_sets" in found.stdout
    found = subprocess.run(
        ["./run.sh", "--stage", "2", "--stop_stage", "2", "--python", "true"]
        + ["--expdir", espnet / "exp", "--datadir", espnet / "data"],
        cwd=script.parent,
        capture_output=True,
        text=True,
    )
    assert "data/train.done: no such file. Run the stage" in found.stderr


def test_a_recipe_of_espnet_keeps_its_name(espnet):
    assert link(espnet, "egs/chime4").returncode == 0
    assert not (espnet / "egs2/chime4/enh1").is_symlink()
    ours = espnet / "egs2/chime4/enh1_sqase"
    assert ours.resolve() == ROOT / "egs/chime4"


@pytest.mark.parametrize(
    "recipe, where, message",
    [
        ("egs/mini", "nowhere", "expected an ESPnet clone, got no egs2/TEMPLATE"),
        ("egs/mimi", "", "egs/mimi: expected a recipe, got no run.sh in it"),
    ],
)
def test_one_line_says_what_is_wrong(espnet, recipe, where, message):
    found = link(espnet / where, recipe)
    assert found.returncode == 1 and message in found.stderr
    assert found.stderr.count("\n") == 1
