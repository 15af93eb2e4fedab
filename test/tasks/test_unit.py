"""What a finished training writes down about itself."""

import json
import shutil

import pytest
from lab import HEADS

from sqase.tasks.unit import finish_unit


def test_the_gap_of_each_epoch_and_the_scores_are_kept(lab, refreshed, tmp_path):
    folder = shutil.copytree(refreshed, tmp_path / "arm", symlinks=True)
    finish_unit(folder, {}, lab.valid_dir, [lab.train_dir], ["stoi"], nj=1)
    unit = json.loads((folder / "unit.json").read_text())
    assert list(unit["gap"]) == list(unit["validation"]) == ["1", "2"]
    for gap in unit["gap"].values():
        assert set(gap) == set(HEADS)
        assert 0 < abs(gap["stoi"]) < 1 and 0 < abs(gap["si_snr"]) < 55
    assert unit["gap"]["1"] != unit["gap"]["2"]
    assert unit["bystander_gap"].keys() == unit["gap"].keys()
    assert unit["bystander_gap"]["2"] != unit["gap"]["2"]
    mean = {e: scores["stoi"]["mean"] for e, scores in unit["validation"].items()}
    assert mean[str(unit["selected_epoch"])] == max(mean.values())
    assert unit["step_seconds"] * 20 == pytest.approx(unit["seconds"], abs=0.1)


def test_what_was_heard_of_a_committee_is_digested(lab, refreshed, tmp_path):
    folder = shutil.copytree(refreshed, tmp_path / "arm", symlinks=True)
    committee = shutil.copytree(lab.root / "committee", tmp_path / "committee")
    sets, found = [lab.train_dir, lab.real_dir], []
    for kept in (4, 3):
        table = committee / "real/committee.scp"
        lines = table.read_text().splitlines(keepends=True)
        table.write_text("".join(lines[:kept]))
        unit = finish_unit(
            folder,
            {},
            lab.valid_dir,
            sets,
            ["stoi"],
            nj=1,
            committee={each: committee / each.name for each in sets},
        )
        found.append(unit["data_digest"])
    assert found[0].keys() - {"train", "real", "valid"} == {
        "committee of train",
        "committee of real",
    }
    changed = {name for name, digest in found[0].items() if digest != found[1][name]}
    assert changed == {"committee of real"}
