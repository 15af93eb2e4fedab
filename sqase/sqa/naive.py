"""Predictors that hear nothing: what an assessor must beat to be worth anything."""

from __future__ import annotations

import warnings

import numpy as np

from sqase.sqa.clips import Leaderboard


def naive_predictions(board: Leaderboard) -> dict[str, np.ndarray]:
    """Guesses of every metric, (clips, metrics), NaN where there is none.

    Returns:
        "label mean": mean of the true scores of all clips (it correlates with nothing,
        but has an error);
        "system mean": mean of the true scores of all clips of the clip's system;
        "input SNR": of the recording, in dB whatever the metric;
        "noisy clip": true score of the recording that the system was given.
    """
    true = np.array([board.labels[name] for name in board.ids])
    systems = np.array([board.systems[name] for name in board.ids])
    of_noisy = {
        board.utterance(name): board.labels[name]
        for name in board.ids
        if board.systems[name] == "noisy"
    }
    nothing = [np.nan] * len(board.metrics)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a metric without any label
        mean = np.nanmean(true, axis=0)
    guesses = {
        "label mean": np.broadcast_to(mean, true.shape),
        "system mean": np.full_like(true, np.nan),
        "input SNR": np.repeat(_input_snr(board)[:, None], len(board.metrics), axis=1),
        "noisy clip": np.array(
            [of_noisy.get(board.utterance(name), nothing) for name in board.ids]
        ),
    }
    for system in set(systems):
        rows = systems == system
        known = np.isfinite(true[rows])
        counts = np.maximum(known.sum(0), 1)
        sums = np.where(known, true[rows], 0).sum(0)
        guesses["system mean"][rows] = np.where(known.any(0), sums / counts, np.nan)
    return guesses


def _input_snr(board: Leaderboard) -> np.ndarray:
    """(clips,) dB; NaN without the recording or its reference."""
    found: dict[tuple[str, str], float] = {}
    values = []
    for name in board.ids:
        pair = board.noisy.get(name), board.reference.get(name)
        if None in pair:
            values.append(np.nan)
            continue
        if pair not in found:
            noisy, reference = (board.read(path).astype(np.float64) for path in pair)
            energy = np.sum(reference**2), np.sum((noisy - reference) ** 2)
            found[pair] = 10 * np.log10((energy[0] + 1e-10) / (energy[1] + 1e-10))
        values.append(found[pair])
    return np.array(values)
