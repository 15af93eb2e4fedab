"""Scores of single files: references found, rows in three forms."""

import csv
import io
import json

import pytest
from corpora import write
from signals import mix, noise_like, speech_like

from sqase.metrics import Score
from sqase.report import file_scores

ROWS = [
    ("a b/ü.wav", {"estoi": Score(0.5), "si_snr": Score(None, "no reason at all")}),
    ("c.wav", {"si_snr": Score(3.25), "estoi": Score(0.75)}),
]


def written(form, rows=ROWS):
    stream = io.StringIO()
    file_scores.write(iter(rows), len(rows), ["si_snr", "estoi"], form, stream)
    return stream.getvalue()


def test_a_table_ends_with_the_means_of_what_is_there():
    *table, note = written("table").splitlines()
    assert [line.split() for line in table] == [
        ["file", "si_snr", "estoi"],
        ["a", "b/ü.wav", "-", "0.500"],
        ["c.wav", "3.25", "0.750"],
        ["mean", "3.25", "(1/2)", "0.625"],
    ]
    assert note == "a b/ü.wav: si_snr: no reason at all"
    assert "mean" not in written("table", ROWS[1:]) and written("table", []) == ""


def test_jsonl_says_why_a_score_is_missing():
    first, second = map(json.loads, written("jsonl").splitlines())
    assert first["metrics"] == {"si_snr": None, "estoi": 0.5}
    assert first["reasons"] == {"si_snr": "no reason at all"}
    assert second["file"] == "c.wav" and second["reasons"] == {}


def test_csv_has_a_column_for_each_metric():
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    first = {"file": "a b/ü.wav", "si_snr": "", "estoi": "0.5"}
    assert rows[0] == {**first, "notes": "si_snr: no reason at all"}
    assert rows[1] == {"file": "c.wav", "si_snr": "3.25", "estoi": "0.75", "notes": ""}


def test_true_scores_are_those_of_the_pair_at_16_khz(tmp_path):
    clean, noise = speech_like(1, 1, 48000), noise_like(1, 1, 48000)
    enhanced = write(tmp_path / "e.wav", 0.5 * mix(clean, noise, 10), 48000)
    reference = write(tmp_path / "c.wav", clean, 48000)
    scores = file_scores.true(enhanced, reference, ["si_snr"])
    assert scores["si_snr"].value == pytest.approx(10, abs=0.5)
    short = write(tmp_path / "s.wav", clean[:24000], 48000)
    with pytest.raises(ValueError, match="e.wav: no score: reference has 8000 samples"):
        file_scores.true(enhanced, short, ["si_snr"])


def test_a_reference_has_the_name_of_its_file(tmp_path):
    files = {"a/x.wav": tmp_path / "1", "y.flac": tmp_path / "2"}
    references = {"a/x.flac": tmp_path / "3", "z.wav": tmp_path / "4"}
    assert file_scores.find_reference("a/x.wav", files, references).name == "3"
    with pytest.raises(FileNotFoundError, match="2: expected a reference named y,"):
        file_scores.find_reference("y.flac", files, references)
    pair = {"y.flac": files["y.flac"]}, {"z.wav": references["z.wav"]}
    assert file_scores.find_reference("y.flac", *pair).name == "4"
