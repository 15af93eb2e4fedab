"""Judges asked of edits of an arm's outputs."""

import numpy as np
import signals
import torch

from sqase.labels import LabelPool
from sqase.sound import audio
from sqase.sqa.clips import Leaderboard
from sqase.tasks.arm_direction import arm_direction

METRICS = "pesq_wb", "si_snr"


class Judge(torch.nn.Module):
    """The nearer to the second signal, the better."""

    metrics = METRICS

    def forward(self, speech, lengths, second, modes):
        error = (speech - second[:, :, 0]).norm(dim=1)
        return -error[:, None].expand(-1, len(METRICS))


def test_judges_are_asked_of_the_same_edits_of_an_arms_outputs(tmp_path):
    clean, noise = signals.speech_like(2, 1), 0.3 * signals.noise_like(2, 2)
    files = {"wav": clean + 0.2 * noise, "noisy": clean + noise, "spk1": clean}
    for name, wave in files.items():
        audio.write(tmp_path / f"{name}.flac", 0.2 * wave, 16000)
    ids = ("a", "b", "c")
    of = {name: dict.fromkeys(ids, str(tmp_path / f"{name}.flac")) for name in files}
    board = Leaderboard.of_system(
        "arm", of["wav"], of["noisy"], of["spk1"], METRICS, of["noisy"]
    )

    with LabelPool(nj=1) as pool:
        found = [
            arm_direction(board, judges, mode, pool.table, outputs=2, edits=6)
            for judges, mode in (
                ({"before": Judge(), "after": Judge()}, "reference"),
                ({"before": Judge()}, "noisy"),
            )
        ]
    assert found[0]["mode"] == "reference" and found[0]["ids"] == ["a", "b"]
    told = [one["correlations"] for one in found]
    assert list(told[0]) == ["before", "after", "formula"]
    assert told[0]["before"] == told[0]["after"] != told[1]["before"]
    assert told[0]["formula"] == told[1]["formula"]
    right, wrong = (t["before"]["si_snr"] for t in told)
    assert np.mean(right) > max(0.5, np.mean(wrong)) and right[0] != right[1]
