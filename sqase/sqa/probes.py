"""Probes of an assessor: what should not move its scores, and what could fool it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from sqase.sqa.agreement import agreement
from sqase.sqa.assessor import SAMPLE_RATE, Assessor
from sqase.sqa.attack import attack
from sqase.sqa.clips import Leaderboard

GAIN_DB = 10.0
SILENCE_S = 2.0
LENGTHS_S = (1, 2, 4, 8, 15, 30)
ATTACK_SNR_DB = 32.0
ATTACKED = "pesq_wb"
BATCH = 16

Pair = tuple[np.ndarray, np.ndarray]  # reference, signal: (time,) each
TrueScores = Callable[[Sequence[Pair]], np.ndarray]  # -> (clips, metrics)


def probe(
    assessor: Assessor,
    board: Leaderboard,
    true_scores: TrueScores,
    *,
    clips: int,
    attack_steps: Sequence[int],
    other: Assessor | None = None,
) -> dict[str, Any]:
    """Probe an assessor, heard blind, with unprocessed noisy clips.

    Args:
        assessor: the assessor.
        board: unseen clips; those of the system noisy that have a reference count.
        true_scores: gives the assessor's metrics their true values.
        clips: how many clips, of one length; fewer if there are no more.
        attack_steps: numbers of steps of the attack; none: no attack.
        other: a second assessor, to which found attacks are shown (transfer).

    Returns:
        Shares of each metric's range, {metric: {"mean", "max"}}: "gain", predicted
        change by +-10 dB; "padding", by padding in a batch; "silence", predicted
        minus true change by 2 s of appended digital silence. "length": {seconds:
        {metric: {"mae" (share of range), "lcc"}}}. "attack": {"pesq_wb": {steps:
        {"predicted_rise", "predicted_rise_p95", "true_rise", "true_rise_p95",
        "transfer_rise"}}}. And "clips", their number.

    Raises:
        ValueError: no such clip.
    """
    pairs = _noisy_pairs(board, clips)
    if not pairs:
        raise ValueError(
            "leaderboard: expected clips of the system noisy that have a reference, "
            "got none. Add them to conf/leaderboard.yaml"
        )
    waves = [wave for _, wave in pairs]
    span = (assessor.model.high - assessor.model.low).numpy()
    usual = _predict(assessor, waves)
    louder = [
        _predict(
            assessor, [wave * np.float32(10 ** (sign * GAIN_DB / 20)) for wave in waves]
        )
        for sign in (1, -1)
    ]
    padded = _predict(assessor, waves, extra=SAMPLE_RATE)
    result = {
        "clips": len(pairs),
        "gain": _shares(assessor, np.abs(np.stack(louder) - usual).max(0) / span),
        "padding": _shares(assessor, np.abs(padded - usual) / span),
        "silence": _shares(
            assessor, np.abs(_silence(assessor, pairs, usual, true_scores)) / span
        ),
        "length": _lengths(assessor, pairs, true_scores, span),
    }
    if attack_steps and ATTACKED in assessor.metrics:
        result["attack"] = {
            ATTACKED: _attack(assessor, pairs, true_scores, attack_steps, other)
        }
    return result


def _noisy_pairs(board: Leaderboard, clips: int) -> list[Pair]:
    """Clips of the most frequent length, with their references."""
    names = [
        n for n in board.ids if board.systems[n] == "noisy" and n in board.reference
    ]
    pairs = [(board.read(board.reference[n]), board.read(board.wav[n])) for n in names]
    lengths = [len(wave) for _, wave in pairs]
    usual = max(set(lengths), key=lengths.count, default=0)
    return [pair for pair in pairs if len(pair[1]) == usual][:clips]


@torch.no_grad()
def _predict(
    assessor: Assessor, waves: Sequence[np.ndarray], extra: int = 0
) -> np.ndarray:
    """(clips, metrics) of signals of one length, padded by `extra` samples."""
    parts = []
    for start in range(0, len(waves), BATCH):
        batch = torch.from_numpy(np.stack(waves[start : start + BATCH]))
        lengths = torch.full((len(batch),), batch.shape[1])
        batch = torch.nn.functional.pad(batch, (0, extra))
        parts.append(assessor(batch, lengths).numpy())
    return np.concatenate(parts)


def _silence(
    assessor: Assessor,
    pairs: Sequence[Pair],
    usual: np.ndarray,
    true_scores: TrueScores,
) -> np.ndarray:
    """Predicted minus true change, (clips, metrics)."""
    tail = np.zeros(round(SILENCE_S * SAMPLE_RATE), np.float32)
    longer = [tuple(np.concatenate([x, tail]) for x in pair) for pair in pairs]
    predicted = _predict(assessor, [wave for _, wave in longer]) - usual
    return predicted - (true_scores(longer) - true_scores(pairs))


def _lengths(
    assessor: Assessor, pairs: Sequence[Pair], true_scores: TrueScores, span: np.ndarray
) -> dict:
    table = {}
    for seconds in LENGTHS_S:
        clips = [_of_length(pairs, first, seconds) for first in range(len(pairs))]
        predicted = _predict(assessor, [wave for _, wave in clips])
        true = true_scores(clips)
        table[str(seconds)] = {
            metric: {
                "mae": _round(np.nanmean(np.abs(p - t)) / width),
                "lcc": agreement(t, p)["lcc"],
            }
            for metric, p, t, width in zip(
                assessor.metrics, predicted.T, true.T, span, strict=True
            )
            if np.isfinite(t).any()
        }
    return table


def _of_length(pairs: Sequence[Pair], first: int, seconds: float) -> Pair:
    """One clip cut, or it and the next ones joined, to this length."""
    samples = round(seconds * SAMPLE_RATE)
    count = math.ceil(samples / len(pairs[0][0]))
    chosen = [pairs[(first + k) % len(pairs)] for k in range(count)]
    reference, wave = (np.concatenate(parts)[:samples] for parts in zip(*chosen))
    return reference, wave


def _attack(
    assessor: Assessor,
    pairs: Sequence[Pair],
    true_scores: TrueScores,
    steps: Sequence[int],
    other: Assessor | None,
) -> dict:
    column = assessor.metrics.index(ATTACKED)
    generator = torch.Generator().manual_seed(0)
    found: dict[int, list[np.ndarray]] = {count: [] for count in steps}
    for start in range(0, len(pairs), BATCH):
        batch = np.stack([wave for _, wave in pairs[start : start + BATCH]])
        signals = attack(
            assessor,
            torch.from_numpy(batch),
            ATTACKED,
            steps=steps,
            snr_db=ATTACK_SNR_DB,
            generator=generator,
        )
        for count, rows in signals.items():
            found[count] += list(rows.numpy())
    waves = [wave for _, wave in pairs]
    true = true_scores(pairs)[:, column]
    table = {}
    for count, signals in found.items():
        attacked = [(pair[0], signal) for pair, signal in zip(pairs, signals)]
        rises = {
            "predicted": _rise(assessor, waves, signals),
            "true": true_scores(attacked)[:, column] - true,
        }
        table[str(count)] = {
            f"{name}_rise{suffix}": _round(reduce(rise))
            for name, rise in rises.items()
            for suffix, reduce in (("", np.nanmean), ("_p95", _percentile_95))
        }
        if other is not None:
            transfer = _rise(other, waves, signals)
            table[str(count)]["transfer_rise"] = _round(np.mean(transfer))
    return table


def _rise(assessor: Assessor, before, after) -> np.ndarray:
    column = assessor.metrics.index(ATTACKED)
    return (_predict(assessor, after) - _predict(assessor, before))[:, column]


def _percentile_95(values: np.ndarray) -> float:
    return float(np.nanquantile(values, 0.95))


def _shares(assessor: Assessor, shares: np.ndarray) -> dict:
    """{metric: {"mean", "max"}} over clips; without a metric that no clip has."""
    return {
        metric: {"mean": _round(np.nanmean(column)), "max": _round(np.nanmax(column))}
        for metric, column in zip(assessor.metrics, shares.T, strict=True)
        if np.isfinite(column).any()
    }


def _round(value: float) -> float:
    return float(f"{value:.4g}")
