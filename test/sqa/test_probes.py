"""The probes on a small random assessor, with true metrics."""

import json

import numpy as np
import pytest
import signals

from sqase.bin import sqa_probe
from sqase.data.listings import write_labels, write_scp
from sqase.metrics import score
from sqase.sound import audio
from sqase.sqa.clips import Leaderboard
from sqase.sqa.probes import LENGTHS_S, probe


@pytest.fixture
def board(tmp_path, assessor):
    columns = {"wav.scp": {}, "spk1.scp": {}}
    for number in range(3):
        clean = 0.5 * signals.speech_like(2, number)
        noisy = signals.mix(clean, signals.noise_like(2, number), 10)
        for file, wave in (("wav.scp", noisy), ("spk1.scp", clean)):
            path = tmp_path / f"{file}{number}.wav"
            audio.write(path, np.clip(wave, -1, 1), 16000)
            columns[file][f"noisy-{number}"] = path
    for file, mapping in columns.items():
        write_scp(tmp_path / file, mapping)
    rows = [{"id": n, "system": "noisy", "metrics": {}} for n in columns["wav.scp"]]
    write_labels(tmp_path / "labels.jsonl", rows)
    return Leaderboard(tmp_path, assessor.metrics)


@pytest.fixture
def true_scores(assessor):
    def of(pairs):
        names = assessor.metrics
        scored = [
            score(names, reference=r, enhanced=x, sample_rate=16000) for r, x in pairs
        ]
        return np.array([[s[n].value for n in names] for s in scored], dtype=float)

    return of


def test_probes_of_a_random_assessor(assessor, board, true_scores):
    found = probe(
        assessor, board, true_scores, clips=2, attack_steps=(1, 3), other=assessor
    )
    assert found["clips"] == 2
    for name in ("gain", "padding"):
        for share in found[name].values():
            assert 0 <= share["mean"] <= share["max"] < 1e-4
    assert set(found["silence"]) == set(assessor.metrics)
    assert list(found["length"]) == [str(s) for s in LENGTHS_S]
    assert found["length"]["30"]["si_snr"]["mae"] > 0
    rows = found["attack"]["pesq_wb"]
    assert list(rows) == ["1", "3"]
    assert 0 < rows["1"]["predicted_rise"] <= rows["3"]["predicted_rise"]
    assert rows["3"]["predicted_rise_p95"] >= rows["3"]["predicted_rise"]
    assert rows["3"]["transfer_rise"] == rows["3"]["predicted_rise"]
    assert abs(rows["3"]["true_rise"]) < 0.3


def test_a_board_without_noisy_clips_is_refused(assessor, board, true_scores):
    board.systems = dict.fromkeys(board.systems, "other")
    with pytest.raises(
        ValueError, match="system noisy that have a reference, got none"
    ):
        probe(assessor, board, true_scores, clips=2, attack_steps=())


def test_settings_may_probe_with_no_clips(tmp_path):
    config, output = tmp_path / "leaderboard.yaml", tmp_path / "probes.json"
    config.write_text("probes: {clips: 0, attack_steps: [10]}\n")
    options = f"--assessor none --leaderboard none --config {config} --output {output}"
    sqa_probe.main(options.split())
    assert json.loads(output.read_text()) == {}
