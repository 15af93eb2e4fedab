"""Choose a checkpoint by true metrics on the validation set, alike for every arm."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from sqase import audio
from sqase.atomic import replacing
from sqase.labels import LabelPool
from sqase.listings import read_scp
from sqase.tasks.enhance import SAMPLE_RATE, SELECTED, Enhancer

START = 0  # "epoch" of the weights that training started from


def keep_start(model_dir: str | Path, weights: str | Path) -> None:
    """Make the weights that training started from a candidate, too: an arm that only
    loses by its training is what it started from."""
    with replacing(Path(model_dir) / f"{START}epoch.pth") as part:
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
    noisy = read_scp(Path(valid_dir) / "wav.scp")
    reference = read_scp(Path(valid_dir) / "spk1.scp")
    pairs = [(_read(noisy[name]), _read(reference[name])) for name in sorted(reference)]
    table: dict[int, dict] = {}
    with LabelPool(nj=nj) as pool:
        tickets = {}
        for epoch in epochs:
            enhancer = Enhancer(model_dir, f"{epoch}epoch.pth")
            tasks = [(metrics, clean, enhancer(mix)) for mix, clean in pairs]
            tickets[epoch] = pool.submit(tasks, sample_rate=SAMPLE_RATE)
        results = {epoch: pool.result(ticket) for epoch, ticket in tickets.items()}
    for epoch, scores in results.items():
        table[epoch] = {}
        for metric in metrics:
            known = [s[metric].value for s in scores if s[metric].value is not None]
            table[epoch][metric] = {
                "mean": float(np.mean(known)),
                "spread": float(np.std(known)),
            }
        means = {name: round(v["mean"], 3) for name, v in table[epoch].items()}
        logging.info("%s epoch %d on %s: %s", model_dir, epoch, valid_dir, means)
    return table


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

    def value(epoch: int) -> float:
        return sum(scores[epoch][m]["mean"] / spread[m] for m in spread) / len(spread)

    return max(scores, key=lambda epoch: (value(epoch), -epoch))


def mark_selected(model_dir: str | Path, epoch: int) -> None:
    """Point `selected.pth` to an epoch's weights; atomic."""
    link = Path(model_dir) / SELECTED
    part = link.with_name(f".{link.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.symlink_to(f"{epoch}epoch.pth")
    os.replace(part, link)


def _read(path: str) -> np.ndarray:
    return audio.read(path, sample_rate=SAMPLE_RATE)[0]
