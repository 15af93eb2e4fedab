"""The guesses that hear nothing, by known answers."""

import numpy as np
import pytest
import signals

from sqase.data.listings import write_labels, write_scp
from sqase.sound import audio
from sqase.sqa.clips import Leaderboard
from sqase.sqa.naive import naive_predictions


@pytest.fixture
def board(tmp_path):
    """Utterance a by two systems and unprocessed, b by one and without a recording."""
    clean, noise = signals.speech_like(1, 1), signals.noise_like(1, 1)
    noisy = clean + noise * np.std(clean) / np.std(noise) * 10 ** (-7 / 20)
    for name, wave in (("clean", clean), ("noisy", noisy)):
        audio.write(tmp_path / f"{name}.wav", 0.3 * wave, 16000)
    scores = {"noisy-a": 1.0, "x-a": 2.0, "y-a": 3.0, "x-b": 4.0}
    write_scp(tmp_path / "wav.scp", {name: tmp_path / "noisy.wav" for name in scores})
    with_pair = [name for name in scores if name.endswith("-a")]
    for file, wave in (("noisy.scp", "noisy"), ("spk1.scp", "clean")):
        write_scp(tmp_path / file, {n: tmp_path / f"{wave}.wav" for n in with_pair})
    rows = [
        {"id": n, "system": n.split("-")[0], "metrics": {"pesq_wb": value, "mos": None}}
        | {"reasons": {"mos": "nobody listened"}}
        for n, value in scores.items()
    ]
    write_labels(tmp_path / "labels.jsonl", rows)
    return Leaderboard(tmp_path, ("pesq_wb", "mos"))


def test_guesses(board):
    guesses = {
        name: dict(zip(board.ids, values[:, 0]))
        for name, values in naive_predictions(board).items()
    }
    assert guesses["system mean"] == {"noisy-a": 1, "x-a": 3, "y-a": 3, "x-b": 3}
    assert set(guesses["label mean"].values()) == {2.5}
    snr = guesses["input SNR"]
    assert np.isnan(snr.pop("x-b"))
    assert list(snr.values()) == pytest.approx([7, 7, 7], abs=0.1)
    recording = guesses["noisy clip"]
    assert np.isnan(recording.pop("x-b")) and set(recording.values()) == {1.0}


def test_without_labels_there_is_no_guess_of_them(board):
    for name in ("label mean", "system mean", "noisy clip"):
        assert np.isnan(naive_predictions(board)[name][:, 1]).all()
