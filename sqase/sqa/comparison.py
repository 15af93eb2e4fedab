"""How well an assessor tells which of two clips of one utterance is better."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from sqase.sqa.agreement import agreement
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.prediction import predict_differences

PAIRS = 1000
CLEAR = 0.2  # of a label spread: smaller differences are neither right nor wrong


def compare(assessor: Assessor, board: Leaderboard) -> dict[str, Any]:
    """Agreement of `SQAModel.delta_quality` with the labels.

    Args:
        assessor: the assessor.
        board: clips; at most `PAIRS` pairs of one utterance, drawn with a fixed seed.

    Returns:
        mode -> the figures of `agreement` and "right", the share of pairs whose true
        difference is `CLEAR` in which the better clip was told (None without such).
    """
    pairs, true = true_differences(assessor, board)
    clear = np.abs(true) >= CLEAR
    result = {}
    for mode in board.modes if pairs else ():
        found = predict_differences(assessor, board, pairs, mode)
        right = np.sign(found[clear]) == np.sign(true[clear])
        share = round(float(right.mean()), 4) if len(right) else None
        result[mode] = agreement(true, found) | {"right": share}
    return result


def true_differences(
    assessor: Assessor, board: Leaderboard
) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Pairs of clips of one utterance, and by how much the first is better.

    Returns:
        Pairs of ids, those without a common label left out; (pairs,) mean over the
        common labels, each in units of its spread.
    """
    by_utterance: dict[str, list[str]] = {}
    for name in board.ids:
        by_utterance.setdefault(board.utterance(name), []).append(name)
    pairs = [p for names in by_utterance.values() for p in combinations(names, 2)]
    order = np.random.default_rng(0).permutation(len(pairs))[:PAIRS]
    signs = [assessor.sign(name) for name in assessor.metrics]
    scale = np.array(signs) * assessor.spread.numpy()
    kept, true = [], []
    for first, other in (pairs[index] for index in sorted(order)):
        steps = (np.array(board.labels[first]) - board.labels[other]) / scale
        if np.isfinite(steps).any():
            kept.append((first, other))
            true.append(float(np.nanmean(steps)))
    return kept, np.array(true)
