"""A trained model that takes the place of the baseline: each folder has one start."""

import pytest
from shell import bash
from test_pipeline import pipeline


@pytest.fixture
def data(tmp_path):
    """A data directory as stage 1 leaves it; what the tests of stage 2 read of it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train.done").touch()
    (tmp_path / "python").write_text('#!/usr/bin/env bash\necho "asked: $*"\n')
    (tmp_path / "python").chmod(0o755)
    return tmp_path / "data"


def stage_2(data, *arguments):
    """Stage 2 with a Python that does nothing."""
    folder = data.parent
    for seed in (1, 2):
        (folder / f"exp/seed{seed}/baseline").mkdir(parents=True, exist_ok=True)
    return pipeline(
        *("--python", str(folder / "python"), "--expdir", str(folder / "exp")),
        *("--datadir", str(data), "--stage", "2", "--stop_stage", "2", *arguments),
    )


def test_a_model_takes_the_place_of_the_baseline_of_each_seed(data, tmp_path):
    (tmp_path / "model").mkdir()
    words = "--init_from", str(tmp_path / "model"), "--seeds", "1 2"
    result = stage_2(data, *words)
    assert result.returncode == 0, result.stderr
    for seed in (1, 2):
        output = tmp_path / f"exp/seed{seed}/baseline"
        asked = f"asked: -m sqase.bin.se_import --model {tmp_path}/model "
        asked += f"--test_dirs {data}/test {data}/test_noref --valid_dir {data}/valid "
        assert f"{asked}--output_dir {output} " in result.stdout
    assert "se_train" not in result.stdout
    assert stage_2(data, *words).stdout.count("already done") == 2


@pytest.mark.parametrize("first", ["one", None])
@pytest.mark.parametrize("second", ["two", None])
def test_another_start_in_the_same_folder_is_refused(data, tmp_path, first, second):
    given = {}
    for name in (first, second):
        if name:
            (tmp_path / name).mkdir()
        given[name] = ["--init_from", str(tmp_path / name)] if name else []
    assert stage_2(data, *given[first]).returncode == 0
    result = stage_2(data, *given[second])
    assert result.returncode == (first != second), result.stderr
    if first != second:
        found = str(tmp_path / first) if first else ""
        assert f"exp/init_from: expected '{given[second][1] if second else ''}'" in (
            result.stderr
        )
        assert f"got '{found}'" in result.stderr


def test_a_start_that_is_not_there_is_refused(data, tmp_path):
    result = stage_2(data, "--init_from", "nowhere")
    assert result.returncode == 1
    assert "--init_from: expected a training folder, got 'nowhere'" in result.stderr
    assert not (tmp_path / "exp/init_from").exists()


def test_a_table_from_another_start_is_not_that_of_the_recipe(tmp_path):
    script = """size=default guided_config=conf/se_guided.yaml arms=a seeds=1 published=
test_sets=test
expdir=exp datadir=data
. "${utils}/layout.sh"
folder_of_table
command_line"""
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp/init_from").write_text("\n")
    assert bash(script, cwd=tmp_path).stdout.split()[0] == "."
    (tmp_path / "exp/init_from").write_text(f"{tmp_path}\n")
    folder, command = bash(script, cwd=tmp_path).stdout.splitlines()
    assert folder == "exp" and command.endswith(' --init_from "$MODEL"')
