"""Mixtures with degradations and simulated rooms, from a configuration to files."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from corpora import write_corpus

from sqase.degradations import DEGRADATIONS
from sqase.degradations.clipping import Clipping
from sqase.runtime import config
from sqase.simulation.build import build
from sqase.simulation.settings import check
from sqase.sound import audio

FOLDERS = Path(__file__).parents[2] / "egs/folders/conf/data.yaml"
ALL = {name: {"share": 0.7} for name in DEGRADATIONS}
ROOMS = {
    "size_m": [3, 5],
    "height_m": [2.4, 3],
    "rt60_s": [0.2, 0.4],
    "distance_m": [0.5, 1],
}


def settings(**changes):
    """For sets of 6, 1 and 1, without real recordings and, unless asked, rooms."""
    loaded = config.load(FOLDERS, size="smoke")
    del loaded["real"]
    counts = {"train": {"count": 6}, "valid": {"count": 1}, "test": {"count": 1}}
    return config.merge(loaded, {"sets": counts, "reverb_share": 0.0, **changes})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    folders = write_corpus(root)
    return root, {kind: folders[kind] for kind in ("clean", "noise")}


def rows_of(data):
    with (data / "train/mixtures.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def waves_of(row):
    return [audio.read(row[part])[0] for part in ("noisy", "reference")]


def sounds(data):
    return {path.name: path.read_bytes() for path in (data / "audio").rglob("noisy/*")}


def test_a_degradation_changes_the_noisy_signal_and_nothing_else(corpus):
    root, folders = corpus
    build(folders, settings(), root / "plain", nj=1)
    clipped = {"clipping": {"share": 1.0, "clipped": [0.05, 0.1]}}
    build(folders, settings(degradations=clipped), root / "clipped", nj=1)
    for before, after in zip(rows_of(root / "plain"), rows_of(root / "clipped")):
        drawn = float(after["clipping.clipped"])
        assert 0.05 <= drawn <= 0.1
        (noisy, reference), (damaged, same) = waves_of(before), waves_of(after)
        np.testing.assert_array_equal(same, reference)
        expected = Clipping(drawn).apply(noisy, 16000, None)
        np.testing.assert_allclose(damaged, expected, atol=1e-4)
        paths = ("noisy", "reference", "clipping.clipped")
        assert {k: after[k] for k in after if k not in paths} == {
            k: before[k] for k in before if k not in paths
        }
    assert not any("." in column for column in rows_of(root / "plain")[0])


def lost_packets(wave):
    packets = wave[: len(wave) // 320 * 320].reshape(-1, 320)
    return np.flatnonzero(~packets.any(axis=1)).tolist()


def test_one_degradation_more_leaves_the_others_as_they_were(corpus):
    root, folders = corpus
    one = {"packet_loss": {"share": 1.0, "rate": [0.2, 0.3]}}
    both = {**one, "wind": {"share": 0.5}}
    build(folders, settings(degradations=both), root / "both", nj=1)
    build(folders, settings(degradations=one), root / "one", nj=1)
    rows = list(zip(rows_of(root / "both"), rows_of(root / "one")))
    hit = [bool(with_both["wind.snr_db"]) for with_both, _ in rows]
    silent = [with_one["packet_loss.repeats"] == "False" for _, with_one in rows]
    assert any(h and s for h, s in zip(hit, silent)) and not all(hit)
    for is_windy, is_silent, (with_both, with_one) in zip(hit, silent, rows):
        for column in ("rate", "burst", "repeats"):
            name = f"packet_loss.{column}"
            assert with_both[name] == with_one[name]
        windy, calm = (waves_of(row)[0] for row in (with_both, with_one))
        assert np.array_equal(windy, calm) == (not is_windy)
        if is_silent:
            assert lost_packets(windy) == lost_packets(calm) != []


def test_loud_wind_keeps_the_reference_at_its_level(corpus):
    """What it is scaled down by, the reference is, too."""
    root, folders = corpus
    wind = {"wind": {"share": 1.0, "snr_db": [-30, -30]}}
    build(folders, settings(), root / "plain", nj=1)
    build(folders, settings(degradations=wind), root / "wind", nj=1)
    gains = []
    for before, after in zip(rows_of(root / "plain"), rows_of(root / "wind")):
        (noisy, reference), (windy, scaled) = waves_of(before), waves_of(after)
        assert np.abs(windy).max() <= 0.9
        gains.append(np.dot(scaled, reference) / np.dot(reference, reference))
        heard = np.dot(windy, noisy) / np.dot(noisy, noisy)
        assert heard == pytest.approx(gains[-1], abs=0.3)
        assert float(after["wind.snr_db"]) == -30
    assert min(gains) < 0.5


def test_workers_change_nothing_with_all_of_it_on(corpus):
    root, folders = corpus
    everything = settings(degradations=ALL, simulated_rooms=ROOMS, reverb_share=0.6)
    for nj in (1, 2):
        build(folders, everything, root / f"nj{nj}", nj=nj)
    assert sounds(root / "nj1") == sounds(root / "nj2")
    rows = rows_of(root / "nj2")
    rooms = {row["room"] for row in rows}
    assert "dry" in rooms and len(rooms) > 2  # no two alike
    for row in rows:
        wet = row["room"] == f"simulated-{row['utt']}"
        assert wet == (row["room"] != "dry") == bool(row["room.rt60_s"])
        if wet:
            assert 0.5 <= float(row["room.distance_m"]) <= 1
            assert row["room_speed"] == "1.000"
    for name in DEGRADATIONS:
        assert any(row[column] for row in rows for column in row if name in column)


def test_recorded_rooms_come_before_simulated_ones(corpus):
    root, folders = corpus
    with_rooms = {**folders, "rir": root / "rir"}
    wet = {"simulated_rooms": ROOMS, "reverb_share": 1.0}
    build(with_rooms, settings(**wet), root / "recorded", nj=1)
    assert {row["room"] for row in rows_of(root / "recorded")} <= {
        f"room{n}" for n in range(3)
    }


def test_a_killed_run_goes_on_where_it_was(corpus, tmp_path):
    root, folders = corpus
    many = settings(degradations=ALL)
    many["sets"]["train"]["count"] = 40
    conf = tmp_path / "data.yaml"
    conf.write_text(yaml.safe_dump(many, sort_keys=False))
    data, whole = tmp_path / "data", tmp_path / "whole"
    command = [sys.executable, "-m", "sqase.bin.simulate_data", "--config", conf]
    command += ["--clean_dir", folders["clean"], "--noise_dir", folders["noise"]]
    run = subprocess.Popen(
        [*command, "--output_dir", data],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while not (found := list(data.glob("parts-*/train/*.jsonl"))) or (
        found[0].read_bytes().count(b"\n") < 4
    ):
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    (journal,) = found
    lines = journal.read_text().splitlines()
    assert not (data / "train/wav.scp").exists()
    made = [data / f"audio/train/noisy/train-{n:05d}.flac" for n in range(3)]
    times = [path.stat().st_mtime_ns for path in made]
    journal.write_text("\n".join(lines[:4]) + '\n{"utt": "tr')  # cut in a line
    build(folders, many, data, nj=1)
    assert [path.stat().st_mtime_ns for path in made] == times
    assert not journal.exists()
    build(folders, many, whole, nj=1)
    assert sounds(data) == sounds(whole)
    table, expected = (
        (folder / "train/mixtures.csv").read_text().replace(str(folder), "")
        for folder in (data, whole)
    )
    assert table == expected


def test_what_was_begun_with_other_settings_is_made_again(corpus, tmp_path):
    _, folders = corpus
    build(folders, settings(seed=5), tmp_path / "expected", nj=1)
    data = tmp_path / "data"
    begun = data / "parts-of-other-settings/train/1-of-1.jsonl"
    begun.parent.mkdir(parents=True)
    rows = rows_of(tmp_path / "expected")
    begun.write_text("".join(json.dumps(row) + "\n" for row in rows))
    build(folders, settings(seed=5), data, nj=1)
    assert sounds(data) == sounds(tmp_path / "expected")


def test_the_options_that_the_recipe_offers_are_accepted():
    lines = FOLDERS.read_text().splitlines()
    start = lines.index("# degradations:"), lines.index("# simulated_rooms:")
    offered = {}
    for number in start:
        end = lines.index("", number)
        text = "\n".join(line.removeprefix("# ") for line in lines[number:end])
        offered |= yaml.safe_load(text)
    assert set(offered["degradations"]) == set(DEGRADATIONS)
    check(settings(**offered))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"degradations": {"cliping": {}}}, "'cliping'. Did you mean clipping"),
        ({"degradations": {"wind": None}}, "wind: expected the keys share"),
        ({"degradations": {"codec": {"share": 31}}}, "codec: share: expected 0 to 1"),
        (
            {"degradations": {"wind": {"share": 1, "snr": [0, 5]}}},
            "wind: key: .* got 'snr'. Did you mean snr_db",
        ),
        (
            {"degradations": {"clipping": {"share": 1, "clipped": [0.3, 0.1]}}},
            "clipping: clipped: expected two numbers from 0.0001 to 0.9, the lower",
        ),
        ({"simulated_rooms": {**ROOMS, "rt60": [1, 2]}}, "Did you mean rt60_s"),
        ({"simulated_rooms": {"rt60_s": [1, 2]}}, "got none for distance_m"),
        ({"simulated_rooms": {**ROOMS, "size_m": 5}}, "size_m: expected two numbers"),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        check(settings(**changes))
