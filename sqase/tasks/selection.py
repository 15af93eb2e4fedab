"""Choose a checkpoint by true metrics on the validation set, alike for every arm."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Callable, Mapping, Sequence, TypeVar

import numpy as np
import safetensors.torch
import torch

from sqase.data.listings import read_scp
from sqase.labels import LabelPool
from sqase.metrics import Score
from sqase.runtime.atomic import replacing
from sqase.sound import audio
from sqase.tasks.enhance import SAMPLE_RATE, SELECTED, Enhancer

Name = TypeVar("Name")

START = 0  # "epoch" of the weights that training started from


def keep_start(model_dir: str | Path, weights: str | Path) -> None:
    """Make the weights that training started from a candidate, too: an arm that only
    loses by its training is what it started from."""
    with replacing(Path(model_dir) / f"{START}epoch.pth") as part:
        if Path(weights).suffix == ".safetensors":
            torch.save(safetensors.torch.load_file(weights), part)
        else:
            shutil.copyfile(weights, part)


def epochs_of(model_dir: str | Path) -> list[int]:
    """Epochs whose weights are kept, ascending."""
    names = [path.name for path in Path(model_dir).glob("*epoch.pth")]
    return sorted(int(name.removesuffix("epoch.pth")) for name in names)


def validation_scores(
    model_dir: str | Path,
    epochs: Sequence[int],
    valid_dir: str | Path,
    metrics: Sequence[str],
    nj: int,
) -> dict[int, dict[str, dict[str, float]]]:
    """True metrics of some checkpoints over the validation set.

    Returns:
        epoch -> metric -> {"mean", "spread"}: over the utterances with a score.
    """
    enhancers = {e: Enhancer(model_dir, f"{e}epoch.pth") for e in epochs}
    table: dict[int, dict] = {}
    for epoch, scores in score_outputs(enhancers, valid_dir, metrics, nj).items():
        table[epoch] = summary(scores, metrics)
        means = {name: round(v["mean"], 3) for name, v in table[epoch].items()}
        logging.info("%s epoch %d on %s: %s", model_dir, epoch, valid_dir, means)
    return table


def score_outputs(
    enhancers: Mapping[Name, Callable[[np.ndarray], np.ndarray]],
    data_dir: str | Path,
    metrics: Sequence[str],
    nj: int,
) -> dict[Name, list[dict[str, Score]]]:
    """True metrics of what some enhancers make of a data directory.

    Args:
        enhancers: by any name; signals at 16 kHz.
        data_dir: with references or, for metrics that need none, without.
        metrics: names.
        nj: scoring processes.

    Returns:
        The scores of each utterance, in the order of the ids.
    """
    noisy, clean = (read_waves(data_dir, name) for name in ("wav.scp", "spk1.scp"))
    references = clean or [None] * len(noisy)
    with LabelPool(nj=nj) as pool:
        tickets = {}
        for name, enhancer in enhancers.items():
            outputs = [enhancer(wave) for wave in noisy]
            tasks = [(metrics, *pair) for pair in zip(references, outputs)]
            tickets[name] = pool.submit(tasks, sample_rate=SAMPLE_RATE)
        return {name: pool.result(ticket) for name, ticket in tickets.items()}


def summary(
    scores: Sequence[Mapping[str, Score]], metrics: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Mean and spread of metrics over utterances.

    Args:
        scores: of each utterance.
        metrics: names.

    Returns:
        metric -> {"mean", "spread"}: over the utterances with a score.
    """
    table = {}
    for metric in metrics:
        known = [s[metric].value for s in scores if s[metric].value is not None]
        table[metric] = {"mean": float(np.mean(known)), "spread": float(np.std(known))}
    return table


def spread_of(
    scores: Mapping[str, Mapping[str, float]], valid_dir: str | Path
) -> dict[str, float]:
    """The unit of each metric in `select`.

    Args:
        scores: one epoch's of `validation_scores`.
        valid_dir: where they come from, for the message.

    Raises:
        ValueError: there is none, since no two utterances differ in a metric.
    """
    for metric, found in scores.items():
        if not found["spread"] > 0:  # nor NaN: no utterance has a score
            raise ValueError(
                f"validation set {valid_dir}: expected utterances whose {metric} "
                f"differs, got {found['mean']:.4g} for all of them. Give it others"
            )
    return {metric: found["spread"] for metric, found in scores.items()}


def select(
    scores: Mapping[int, Mapping[str, Mapping[str, float]]],
    spread: Mapping[str, float],
) -> int:
    """The epoch with the best mean of metrics, each in units of its spread.

    Args:
        scores: as `validation_scores` gives them.
        spread: metric -> its spread over the baseline's validation outputs.

    Returns:
        The epoch; the earliest of equals.
    """
    return max(scores, key=lambda e: (value_of(scores[e], spread), -e))


def latest(
    scores: Mapping[int, Mapping[str, Mapping[str, float]]], allowed: Mapping[str, float]
) -> int:
    """The last epoch that is nowhere worse than the start by more than is allowed.

    Args:
        scores: as `validation_scores` gives them, of the start, too.
        allowed: metric, of which more is better -> loss of its mean.

    Returns:
        The epoch; the start where each loses more.
    """
    return max(
        (
            epoch
            for epoch, found in scores.items()
            if all(
                scores[START][metric]["mean"] - found[metric]["mean"] <= loss
                for metric, loss in allowed.items()
            )
        ),
        default=START,
    )


def value_of(
    scores: Mapping[str, Mapping[str, float]], spread: Mapping[str, float]
) -> float:
    """What `select` goes by: the mean of metrics, each in units of its spread."""
    return sum(scores[metric]["mean"] / spread[metric] for metric in spread) / len(
        spread
    )


def mark_selected(model_dir: str | Path, epoch: int) -> None:
    """Point `selected.pth` to an epoch's weights; atomic."""
    link = Path(model_dir) / SELECTED
    part = link.with_name(f".{link.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.symlink_to(f"{epoch}epoch.pth")
    os.replace(part, link)


def read_waves(data_dir: str | Path, file: str) -> list[np.ndarray]:
    """Signals in the order of their ids; none if there is no such file."""
    path = Path(data_dir) / file
    paths = read_scp(path).values() if path.is_file() else []
    return [audio.read(path, sample_rate=SAMPLE_RATE)[0] for path in paths]
