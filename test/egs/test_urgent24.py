"""The recipe of published leaderboards: stages 1 to 5 on a hub made for the test."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import hub
import pyarrow
import pyarrow.parquet
import pytest

from sqase.data.data_dir import read_labels, read_scp, validate_leaderboard
from sqase.runtime import config
from sqase.sound import audio
from sqase.sqa.assessor import Assessor

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "egs" / "urgent24"
CLIPS = hub.SYSTEMS * hub.SAMPLES


def local(name):
    """A program of the recipe, as a module."""
    spec = importlib.util.spec_from_file_location(name, RECIPE / f"local/{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # for dataclasses
    spec.loader.exec_module(module)
    return module


def run(folder, *arguments, endpoint="http://127.0.0.1:9"):
    command = [RECIPE / "run.sh", "--python", sys.executable, "--size", "smoke"]
    command += ["--nj", "2", "--expdir", folder / "exp", "--datadir", folder / "data"]
    command += ["--download_dir", folder / "download", *arguments]
    environment = {**os.environ, "HF_ENDPOINT": endpoint}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("urgent 24")


@pytest.fixture(scope="module")
def printed(folder):
    """What a whole run says."""
    hub.make_hub(folder / "hub")
    hub.make_listening_tests(folder / "mos")
    with hub.serving(folder / "hub") as address:
        result = run(folder, "--mos_dir", folder / "mos", endpoint=address)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-5000:]
    return result.stdout


def test_train_valid_and_test_share_neither_systems_nor_recordings(folder, printed):
    facts = {}
    for part in ("train", "valid", "test"):
        board = folder / "exp/leaderboard" / part
        validate_leaderboard(board, check_audio=True)
        facts[part] = [
            set(read_scp(board / name).values()) for name in ("utt2sys", "utt2utt")
        ]
    systemless = {"tencent"}
    for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
        for mine, theirs in zip(facts[one], facts[other]):
            assert mine & theirs <= systemless
    assert len(read_scp(folder / "exp/leaderboard/test/wav.scp")) == CLIPS
    # of each of five phases, one of three systems and one of four samples are held out
    kept = {s for s in facts["train"][0] if s.startswith("urgent2024_validation")}
    assert len(kept) == 2
    assert sum(s.startswith("urgent2024_validation") for s in facts["valid"][0]) == 1


def test_labels_are_those_published_under_names_of_their_own(folder, printed):
    rows = read_labels(folder / "exp/leaderboard/train/labels.jsonl")
    of_table = {row["id"].split("_70")[0]: row for row in rows}
    nonblind = of_table["urgent2024_nonblind_test"]
    assert nonblind["metrics"]["urgent_pesq"] is not None
    assert nonblind["metrics"]["mos"] is None
    assert nonblind["reasons"]["mos"] == "no value in urgent2024_nonblind_test.jsonl"
    assert of_table["urgent2025_blind_test_mos"]["metrics"]["mos"] is not None
    assert not {"pesq_wb", "lsd", "urgent_lsd"} & set(nonblind["metrics"])
    heard = next(row for row in rows if row["system"].startswith("bvcc"))
    assert heard["metrics"]["mos"] == 2.5  # the mean of its listeners
    test = read_labels(folder / "exp/leaderboard/test/labels.jsonl")
    assert {row["metrics"]["mos"] for row in test} == {1.5, 2.5, 3.5}
    assert {row["metrics"]["urgent_sdr"] for row in test} == {None}
    assert "tencent: 8 clips of the 11563 that were published" in printed


def test_sound_is_brought_to_16_khz(folder, printed):
    paths = read_scp(folder / "exp/leaderboard/test/wav.scp")
    headers = {audio.header(path).sample_rate for path in paths.values()}
    assert headers == {16000} and len(set(paths.values())) == CLIPS
    assert audio.duration(next(iter(paths.values()))) == pytest.approx(0.6, abs=1e-3)


def test_the_assessor_hears_one_signal_and_is_judged_by_listeners(folder, printed):
    assessor = Assessor.load(folder / "exp/sqa/assessor")
    labels = config.load(RECIPE / "conf/metrics.yaml")["labels"]
    assert list(assessor.metrics) == labels
    assert assessor.config["ceilings"]["blind"].keys() == set(labels)
    result = json.loads((folder / "exp/sqa/agreement.json").read_text())
    assert list(result["modes"]) == ["blind"]
    figures = result["modes"]["blind"]["all"]["utterance"]
    assert figures["mos"]["n"] == CLIPS and figures["urgent_pesq"]["lcc"] is None
    assert (folder / "exp/sqa/scatter.png").stat().st_size > 0
    assert "mos " in printed.split("stage 5")[1]
    page = (folder / "exp/sqa/ASSESSOR.md").read_text("utf-8")
    assert f"tested on {CLIPS} clips" in page and "| urgent_pesq | " in page
    assert '--size smoke --stop_stage 5 --mos_dir "$MOS"' in page


def test_a_second_run_needs_no_hub_and_does_nothing(folder, printed):
    result = run(folder, "--mos_dir", folder / "mos")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("already done: ") == 6


def test_what_was_unpacked_is_not_unpacked_again(folder, printed, tmp_path):
    """As after an interruption: the missing part is made, the others are kept."""
    data = shutil.copytree(folder / "data", tmp_path / "data")
    parts = sorted(data.glob("parts/*/*/*.jsonl"))
    parts[0].unlink()
    before = {path: path.stat().st_mtime_ns for path in parts[1:]}
    command = ["local/data.sh", "--output_dir", data, "--size", "smoke"]
    command += ["--download_dir", folder / "download", "--mos_dir", folder / "mos"]
    command += ["--python", sys.executable]
    subprocess.run(command, cwd=RECIPE, check=True, capture_output=True)
    assert {path: path.stat().st_mtime_ns for path in parts[1:]} == before
    assert parts[0].exists()


@pytest.mark.parametrize("arguments", [["--stop_stage", "6"], ["--stop_stage", "10"]])
def test_stages_that_train_enhancement_are_refused(tmp_path, arguments):
    result = run(tmp_path, *arguments)
    assert result.returncode == 2
    assert "no speech to train enhancement on" in result.stderr
    assert "another recipe" in result.stderr


def test_a_hub_out_of_reach_is_named(tmp_path):
    result = run(tmp_path, "--stop_stage", "1")
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "error: dataset urgent-challenge/urgent2024-sqa: expected its list" in said
    assert "Start again when the hub can be reached" in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda row: row.pop("audio"),
            "row 1: expected system_id, sample_id and audio",
        ),
        (lambda row: row.update(system_id=None), "got columns system_id, sample_id"),
        (
            lambda row: row.update(audio={"bytes": b"no sound", "path": ""}),
            "row 1: .*wav",
        ),
    ],
)
def test_another_layout_of_a_dataset_is_named(tmp_path, change, message):
    unpack = local("unpack")
    row = hub.clips_of("urgent2024", "validation")[0]
    change(row)
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), path)
    with pytest.raises(ValueError, match=message):
        unpack.unpack(unpack.Source("train/urgent2024_validation", path), {}, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wav_path,score\nx.wav,3\n", ":2: expected .* got no sample_id, system_id"),
        ("wav_path,score,system_id,sample_id\nx.wav,,a,b\n", ":2: .* got no score"),
        ("wav_path,score,system_id,sample_id\nx.wav,1,a,b\n", ":2: .*x.wav: no such"),
    ],
)
def test_a_bad_listening_test_is_named(tmp_path, text, message):
    unpack = local("unpack")
    path = tmp_path / "train.csv"
    path.write_text(text)
    settings = {"mos_corpora": {"bvcc": {"clips": 1, "systems": True}}}
    with pytest.raises(ValueError, match=message):
        unpack.unpack(unpack.Source("train/bvcc", path), settings, tmp_path)
