"""Telling the better one of two clips: which pairs, their truth, known answers."""

import math

import numpy as np
import pytest
import torch

from sqase.sqa.clips import Leaderboard
from sqase.sqa.comparison import compare, true_differences

NAN = math.nan
LABELS = {  # pesq_wb, si_snr: spreads 0.5 and 8
    "a-u1": [2.0, 0.0],
    "b-u1": [2.5, 16.0],
    "c-u1": [NAN, 8.0],
    "a-u2": [3.0, 9.0],
    "a-u3": [1.0, NAN],
    "b-u3": [NAN, 5.0],
}


@pytest.fixture
def board(speech, assessor, monkeypatch):
    board = Leaderboard.of_system(
        "", dict.fromkeys(LABELS, ""), {}, {}, assessor.metrics
    )
    board.labels = LABELS
    board.systems = {name: name[0] for name in LABELS}
    louder = {name: speech[0] * (1 + n) for n, name in enumerate(LABELS)}
    waves = {n: w + 0.03 * torch.randn_like(w) for n, w in louder.items()}
    waves["c-u1"] = waves["c-u1"][:12000]
    monkeypatch.setattr(board, "wav", {name: name for name in LABELS})
    monkeypatch.setattr(board, "read", lambda name: waves[name].numpy())
    return board


def test_pairs_are_of_one_utterance_and_have_a_common_label(board, assessor):
    pairs, true = true_differences(assessor, board)
    assert pairs == [("a-u1", "b-u1"), ("a-u1", "c-u1"), ("b-u1", "c-u1")]
    np.testing.assert_allclose(true, [-1.5, -1.0, 1.0])
    assessor.config["directions"]["si_snr"] = "lower"
    np.testing.assert_allclose(true_differences(assessor, board)[1], [0.5, 1.0, -1.0])


def test_figures_are_those_of_the_model(board, assessor):
    pairs, true = true_differences(assessor, board)
    waves = {name: torch.tensor(board.read(name))[None] for name in LABELS}
    with torch.no_grad():
        found = [
            assessor.model.compare(
                *(assessor.model.summary(assessor.model.hear(waves[n])) for n in pair)
            ).item()
            for pair in pairs
        ]
    figures = compare(assessor, board)["blind"]
    assert figures["n"] == 3
    assert figures["lcc"] == pytest.approx(np.corrcoef(true, found)[0, 1], abs=1e-3)
    expected = np.mean(np.sign(true) == np.sign(found))
    assert figures["right"] == pytest.approx(expected, abs=1e-3)
