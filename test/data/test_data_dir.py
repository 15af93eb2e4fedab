"""What a data directory may hold; each fault is named with file, line and remedy."""

import subprocess

import numpy as np
import pytest
from corpora import write
from signals import speech_like

from sqase.bin import validate_data
from sqase.data import data_dir
from sqase.metrics import ranges


@pytest.fixture
def paired(tmp_path):
    """Two utterances with references; their paths hold a space and an accent."""
    folder = tmp_path / "paired"
    for name in ("wav", "spk1"):
        paths = {
            u: write(tmp_path / f"é {name}/{u}.wav", speech_like(1, 1)) for u in "ab"
        }
        data_dir.write_scp(folder / f"{name}.scp", paths)
    data_dir.write_scp(folder / "utt2spk", {"a": "s1", "b": "s2"})
    return folder


@pytest.fixture
def leaderboard(paired):
    """The two utterances under one system, labelled."""
    folder = paired.parent / "leaderboard"
    for name, source in (("wav", "wav"), ("noisy", "wav"), ("spk1", "spk1")):
        paths = data_dir.read_scp(paired / f"{source}.scp")
        data_dir.write_scp(
            folder / f"{name}.scp", {f"sys-{u}": path for u, path in paths.items()}
        )
    data_dir.write_scp(folder / "utt2sys", {"sys-a": "sys", "sys-b": "sys"})
    data_dir.write_scp(folder / "utt2utt", {"sys-a": "a", "sys-b": "b"})
    data_dir.write_labels(folder / "labels.jsonl", [label("sys-a"), label("sys-b")])
    return folder


def label(utt, **metrics):
    return {"id": utt, "system": "sys", "metrics": metrics or {"pesq_wb": 2.0}}


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_good_directories_pass(paired, leaderboard):
    assert list(data_dir.validate(paired, with_reference=True, check_audio=True)) == [
        "a",
        "b",
    ]
    assert len(data_dir.validate_leaderboard(leaderboard, check_audio=True)) == 2
    validate_data.main([str(paired), str(leaderboard)])
    for name in ("noisy.scp", "spk1.scp"):
        (leaderboard / name).unlink()
    assert len(data_dir.validate_leaderboard(leaderboard)) == 2


def test_order_is_that_of_the_c_locale(tmp_path):
    ids = ["b", "a-1", "a_1", "a1", "Z", "é", "ö", "a"]
    data_dir.write_scp(tmp_path / "x", dict.fromkeys(ids, 1))
    lines = (tmp_path / "x").read_bytes()
    command = ["sort", str(tmp_path / "x")]
    assert lines == subprocess.check_output(command, env={"LC_ALL": "C"})
    assert set(data_dir.read_scp(tmp_path / "x")) == set(ids)


@pytest.mark.parametrize(
    "text, message",
    [
        ("a 1\na 2\n", "utt2spk:2: expected each id once, got 'a' again"),
        ("b 1\na 2\n", "utt2spk:2: expected sorted ids, got 'a' after 'b'"),
        ("a 1\nb\n", "utt2spk:2: expected '<id> <value>', got 'b'"),
        ("a 1\n\nb 2\n", "utt2spk:2: expected text, got an empty line"),
        ("", "utt2spk: expected at least one line, got an empty file"),
        ("a 1\n", "utt2spk: expected the 2 ids of wav.scp, got 1: no line for 'b'"),
        ("a 1\nb 1\nc 1\n", "utt2spk: .* unknown line for 'c'"),
    ],
)
def test_faults_of_lines(paired, text, message):
    (paired / "utt2spk").write_text(text)
    with pytest.raises(ValueError, match=message):
        data_dir.validate(paired)


@pytest.mark.parametrize(
    "mapping", [{"a b": 1}, {"a": ""}, {"a": "x\ny"}, {"a": " x"}, {}]
)
def test_what_cannot_be_read_back_is_not_written(tmp_path, mapping):
    with pytest.raises(ValueError, match="expected"):
        data_dir.write_scp(tmp_path / "x", mapping)
    assert not (tmp_path / "x").exists()


def test_a_missing_reference_is_named(paired):
    change(paired / "spk1.scp", "b.wav", "gone.wav")
    with pytest.raises(FileNotFoundError, match="spk1.scp: b: .* found no .*gone.wav"):
        data_dir.validate(paired)


def test_sets_with_and_without_references_are_told_apart(paired):
    with pytest.raises(ValueError, match="expected no spk1.scp, found one"):
        data_dir.validate(paired, with_reference=False)
    (paired / "spk1.scp").unlink()
    with pytest.raises(ValueError, match="expected a spk1.scp, found none"):
        data_dir.validate(paired, with_reference=True)


@pytest.mark.parametrize(
    "wave, rate, message",
    [
        (
            speech_like(0.5, 1),
            16000,
            "spk1.scp: b: expected 1.0000 s as in wav.scp, got 0.5",
        ),
        (speech_like(2, 1), 8000, "expected 16000 Hz and 1 channel, got 8000 Hz and 1"),
        (np.stack([speech_like(1, 1)] * 2, 1), 16000, "got 16000 Hz and 2"),
    ],
)
def test_sound_is_checked_when_asked(paired, wave, rate, message):
    write(paired.parent / "é spk1/b.wav", wave, rate)
    data_dir.validate(paired)
    with pytest.raises(ValueError, match=message):
        data_dir.validate(paired, check_audio=True)


def test_a_stand_in_is_marked_and_nothing_else_is(paired):
    data_dir.write_scp(paired / "utt2hasref", {"a": 1, "b": 0})
    with pytest.raises(ValueError, match="b: expected 1 .* got 0"):
        data_dir.validate(paired)
    change(paired / "spk1.scp", "é spk1/b.wav", "é wav/b.wav")
    data_dir.validate(paired)
    data_dir.write_scp(paired / "utt2hasref", {"a": 1, "b": 1})
    with pytest.raises(ValueError, match="b: expected 0 .* got 1"):
        data_dir.validate(paired)


@pytest.mark.parametrize(
    "line, message",
    [
        ('{"id": "sys-b", "system": "sys", "metrics": {"pesq": 2.0}}', "pesq_wb"),
        (
            '{"id": "sys-b", "system": "sys", "metrics": {"stoi": null}}',
            "a reason for null",
        ),
        (
            '{"id": "sys-b", "system": "sys", "metrics": {"stoi": NaN}}',
            "a finite number",
        ),
        (
            '{"id": "sys-b", "system": "sys", "metrics": {"stoi": "1"}}',
            "a finite number",
        ),
        ('{"id": "sys-b", "metrics": {}}', "without system"),
        ('{"id": "sys-b"', "expected a JSON object"),
        ('{"id": "sys-a", "system": "sys", "metrics": {}}', "each clip once"),
    ],
)
def test_faults_of_labels(leaderboard, line, message):
    path = leaderboard / "labels.jsonl"
    path.write_text(path.read_text().splitlines()[0] + f"\n{line}\n")
    with pytest.raises(SystemExit, match="labels.jsonl:2: ") as caught:
        validate_data.main([str(leaderboard)])
    assert message in str(caught.value)


def test_labels_must_be_of_the_clips(leaderboard):
    data_dir.write_labels(leaderboard / "labels.jsonl", [label("sys-a")])
    with pytest.raises(ValueError, match="no line for 'sys-b'"):
        data_dir.validate_leaderboard(leaderboard)
    (leaderboard / "labels.jsonl").unlink()
    data_dir.validate_leaderboard(leaderboard)


def test_ids_of_a_leaderboard_name_system_and_utterance(leaderboard):
    change(leaderboard / "utt2sys", "sys-b sys", "sys-b other")
    with pytest.raises(ValueError, match="expected the id other-b"):
        data_dir.validate_leaderboard(leaderboard)


def test_labels_are_read_back_as_written(tmp_path):
    rows = [
        label("a", stoi=0.5, lsd=1.0),
        {**label("é", stoi=0.25, lsd=None), "reasons": {"lsd": "silent"}},
    ]
    data_dir.write_labels(tmp_path / "labels.jsonl", rows)
    assert data_dir.read_labels(tmp_path / "labels.jsonl", ranges()) == rows
    with pytest.raises(ValueError, match="expected a reason for null"):
        data_dir.write_labels(tmp_path / "labels.jsonl", [label("a", lsd=None)])
    assert data_dir.read_labels(tmp_path / "labels.jsonl") == rows
