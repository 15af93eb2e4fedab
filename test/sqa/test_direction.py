"""The direction over edits, and the choice among subset means, on scores made up."""

import numpy as np
import pytest
import signals
import torch

from sqase.data.listings import write_labels, write_scp
from sqase.metrics import score
from sqase.sound import audio
from sqase.sqa.choice import JUDGED, choice
from sqase.sqa.clips import Leaderboard
from sqase.sqa.direction import direction
from sqase.sqa.model import mean_signal
from sqase.sqa.prediction import against_committee

METRICS = ("si_snr", "dnsmos_ovrl")


@pytest.fixture
def board(tmp_path):
    """Six edits of each of five outputs; scores rise from edit to edit, or do not."""
    names = [f"edit_{k}-u{u}" for u in range(5) for k in range(6)]
    audio.write(tmp_path / "a.wav", signals.speech_like(1, 1), 16000)
    write_scp(tmp_path / "wav.scp", dict.fromkeys(names, tmp_path / "a.wav"))
    write_scp(tmp_path / "sys2kind", {f"edit_{k}": "edit" for k in range(6)})
    rows = [
        {"id": n, "system": n[:6], "metrics": {"si_snr": score}}
        for n in names
        for score in [int(n[5]) + 10.0 * int(n[-1]) - 20]
    ]
    write_labels(tmp_path / "labels.jsonl", rows)
    return Leaderboard(tmp_path, METRICS)


def test_direction_looks_within_outputs_alone(board):
    within = np.array([[int(name[5]), 0.0] for name in board.ids])
    across = np.array([[10.0 * int(name[-1]), 0.0] for name in board.ids])
    predicted = {"blind": across, "noisy": -within, "reference": within + across}
    null = np.stack([0.5 * within[:, 0], np.full(len(within), np.nan)], axis=1)
    found = direction(board, predicted, null)
    means = {mode: figures["si_snr"] for mode, figures in found["modes"].items()}
    assert means["blind"] == {"mean": 0.0, "ci95": [0.0, 0.0], "n": 5}
    assert means["noisy"]["mean"] == -1 and means["reference"]["mean"] == 1
    assert found["null"]["si_snr"]["mean"] == 1
    assert found["above_null"]["noisy"]["si_snr"]["mean"] == -2
    assert "dnsmos_ovrl" not in found["modes"]["blind"]


def test_the_spread_of_local_changes_is_that_within_outputs(board):
    assert board.local_spread()["si_snr"] == pytest.approx(np.std(range(6)), abs=1e-4)
    assert board.spread()["si_snr"] > 10
    board.kinds = {}
    assert direction(board, {"blind": np.zeros((30, 2))}) == {}
    tenth = 0.1 * board.spread()["si_snr"]
    assert board.local_spread()["si_snr"] == pytest.approx(tenth, abs=1e-3)


class ByFormula(torch.nn.Module):
    """Says of each signal what SI-SNR says against the second one."""

    metrics = JUDGED
    spread = torch.ones(3)

    def forward(self, speech, second, mode):
        if mode == "blind":
            return torch.arange(float(len(speech)))[:, None].expand(-1, 3)
        error = (speech - mean_signal(second)).norm(dim=1)
        return -error[:, None].expand(-1, 3)


def test_a_choice_is_held_against_the_mean_of_all_members_and_the_oracle(tmp_path):
    clean, noise = signals.speech_like(1, 1), signals.noise_like(1, 2)
    noisy = signals.mix(clean, noise, 5)
    members = np.stack([clean + part * noise for part in (0.02, 0.2, 0.4)], axis=1)
    for name, wave in {"wav": noisy, "spk1": clean, "committee": members}.items():
        audio.write(tmp_path / f"{name}.flac", 0.3 * np.clip(wave, -3, 3), 16000)
        write_scp(tmp_path / f"{name}.scp", {"noisy-u": tmp_path / f"{name}.flac"})
    write_scp(tmp_path / "noisy.scp", {"noisy-u": tmp_path / "wav.flac"})
    rows = [{"id": "noisy-u", "system": "noisy", "metrics": {}}]
    write_labels(tmp_path / "labels.jsonl", rows)
    board = Leaderboard(tmp_path, JUDGED)

    def true_scores(pairs, names):
        scored = [
            score(names, reference=r, enhanced=x, sample_rate=16000) for r, x in pairs
        ]
        return np.array([[s[n].value for n in names] for s in scored], dtype=float)

    found = choice(ByFormula(), board, true_scores, clips=3)
    assert (found["clips"], found["subsets"]) == (1, 7)
    scores = {chooser: row["si_snr"] for chooser, row in found["scores"].items()}
    assert scores["oracle"] == scores["reference"] > scores["all members"]
    assert scores["committee"] == scores["blind"] == scores["all members"]
    gains = {chooser: figures["mean"] for chooser, figures in found["gains"].items()}
    assert gains["oracle"] > 0 > gains["noisy"] and gains["committee"] == 0

    (formula,) = against_committee(board, board.ids)
    mean = mean_signal(board.batch(board.ids).committee)
    pair = {"reference": mean[0].numpy()}
    pair["enhanced"] = board.batch(board.ids).speech[0].numpy()
    expected = score(["si_snr"], **pair, sample_rate=16000)["si_snr"].value
    assert formula[JUDGED.index("si_snr")] == pytest.approx(expected, abs=0.01)
