"""What a judge is worth as a chooser among the means of a committee's subsets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import torch

from sqase.sqa.agreement import interval_of_mean
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.modes import MODES

JUDGED = "pesq_wb", "estoi", "si_snr"


@torch.no_grad()
def choice(
    assessor: Assessor, board: Leaderboard, true_scores: Callable, clips: int
) -> dict[str, Any]:
    """Let a judge pick one mean of members for each recording.

    Args:
        assessor: picks what it says is best, the mean over `JUDGED`, each in units of
            its label spread; in mode committee it hears all members.
        board: unseen clips; those of the system noisy that have a reference and a
            committee of two members or more count.
        true_scores: pairs (reference, signal) and names -> (pairs, names).
        clips: how many recordings.

    Returns:
        {"clips", "subsets", "scores": {chooser: {metric: mean true score}}, "gains":
        {chooser: {"mean", "ci95", "n"}}}: choosers are the modes, "all members" (their
        plain mean, from which gains are counted) and "oracle". Empty without such
        clips, or where one of `JUDGED` is no head.
    """
    names = [
        name
        for name in board.ids
        if board.systems[name] == "noisy"
        and name in board.reference
        and name in board.committee
        and int(board.read_members(name)[1].sum()) > 1
    ][:clips]
    if not names or not set(JUDGED) <= set(assessor.metrics):
        return {}
    columns = [assessor.metrics.index(name) for name in JUDGED]
    spread = assessor.spread.cpu().numpy()[columns]
    table: dict[str, list[np.ndarray]] = {}
    for name in names:
        batch = board.batch([name])
        waves = _subset_means(*board.read_members(name))
        reference = batch.reference[0].numpy()
        true = true_scores([(reference, wave) for wave in waves.numpy()], JUDGED)
        best = (true / spread).mean(1)
        picks = {"all members": -1, "oracle": int(np.nanargmax(best))}
        for index, mode in enumerate(MODES):
            second = batch.second(torch.tensor([index])).expand(len(waves), -1, -1)
            said = assessor(waves, second=second, mode=mode)[:, columns].numpy()
            picks[mode] = int((said / spread).mean(1).argmax())
        for chooser, pick in picks.items():
            table.setdefault(chooser, []).append(true[pick])
    true = {chooser: np.array(rows) for chooser, rows in table.items()}
    plain = true["all members"]
    return {
        "clips": len(names),
        "subsets": len(waves),
        "scores": {
            chooser: dict(zip(JUDGED, np.nanmean(rows, 0).round(4).tolist()))
            for chooser, rows in true.items()
        },
        "gains": {
            chooser: interval_of_mean(((rows - plain) / spread).mean(1))
            for chooser, rows in true.items()
            if chooser != "all members"
        },
    }


def _subset_means(members: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """(subsets, time), from single members to all of them."""
    waves = members[0, :, allowed[0]]
    numbers = range(waves.shape[1])
    subsets = [s for n in numbers for s in combinations(numbers, n + 1)]
    return torch.stack([waves[:, list(subset)].mean(1) for subset in subsets])
