"""From a labelled leaderboard to a trained assessor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Mapping, Sequence

import torch

from sqase.data.heard import write_heard
from sqase.data.listings import write_scp
from sqase.metrics import METRICS
from sqase.pretrained import ASSESSOR
from sqase.sqa.assessor import Assessor
from sqase.sqa.ceilings import measure_ceilings
from sqase.sqa.clips import LEAST_SPREAD, Leaderboard
from sqase.sqa.folder import WEIGHTS
from sqase.sqa.model import SQAModel
from sqase.tasks.sqa import SQATask
from sqase.tasks.trainer import best_weights
from sqase.tasks.training import DataFile, train

UNBOUNDED = ("si_snr", "sdr")  # their scale ends at the clamp, not at a best score
CLEAN_CLIPS = 40  # on which the ceilings of guidance are measured


def train_assessor(
    settings: Mapping[str, Any],
    metrics: Sequence[str],
    train_dir: Path,
    valid_dir: Path,
    output_dir: Path,
    seed: int,
    ngpu: int,
) -> None:
    """Train with ESPnet in `output_dir`, then write `output_dir/assessor`.

    Args:
        settings: resolved conf/sqa.yaml: options of `SQATask`; with `start_from`, the
            folder of an assessor or "packaged", that one learns on.
        metrics: the heads.
        train_dir, valid_dir: leaderboards.
        output_dir: ESPnet experiment directory.
        seed, ngpu: of ESPnet.

    Raises:
        ValueError: no clip of `train_dir` has a label for one of the heads; a start
            with other heads.
        FileNotFoundError: no assessor to start from.
    """
    board = Leaderboard(train_dir, metrics)
    _expect_labels(board, train_dir)
    facts = [METRICS.load(name) for name in metrics]
    heads = {m.name: {"low": m.low, "high": m.high} for m in facts}
    settings = dict(settings)
    start = start_folder(settings.pop("start_from", None))
    sqa_conf = {"heads": heads, **settings["sqa_conf"]}
    if start:
        sqa_conf = _started(start, metrics)
        settings["start"] = str(start / WEIGHTS)
    spread = board.spread()
    model_conf = {"spread": spread, "local_spread": board.local_spread()}
    train(
        SQATask,
        {
            **settings,
            "sqa_conf": sqa_conf,
            "model_conf": {**model_conf, **settings["model_conf"]},
        },
        _data_files(board, output_dir / "data" / "train"),
        _data_files(Leaderboard(valid_dir, metrics), output_dir / "data" / "valid"),
        output_dir,
        seed=seed,
        ngpu=ngpu,
    )
    model = SQAModel(**sqa_conf)
    state = torch.load(best_weights(output_dir), map_location="cpu", weights_only=True)
    own = (name for name in state if name.startswith("sqa."))  # the rest only trains
    model.load_state_dict({name.removeprefix("sqa."): state[name] for name in own})
    config = {
        "model": sqa_conf,
        "spread": spread,
        "directions": {m.name: m.direction for m in facts},
    }
    assessor = Assessor(model, config)
    config["ceilings"] = _ceilings(assessor, Leaderboard(valid_dir, metrics), board)
    folder = output_dir / "assessor"
    write_heard(folder, train_dir, start)
    assessor.save(folder)


def start_folder(start: str | None) -> Path | None:
    """Folder of the assessor that the setting `start_from` names, if it does."""
    return Path(ASSESSOR if start == "packaged" else start) if start else None


def _started(folder: Path, metrics: Sequence[str]) -> dict[str, Any]:
    """Arguments of the network of the assessor in `folder`."""
    assessor = Assessor.load(folder)
    if assessor.metrics != tuple(metrics):
        raise ValueError(
            f"start_from: {folder}: expected an assessor of {', '.join(metrics)}, got "
            f"one of {', '.join(assessor.metrics)}. Give another one, or none in "
            "conf/sqa.yaml: then all is learned anew"
        )
    return assessor.config["model"]


def _expect_labels(board: Leaderboard, folder: Path) -> None:
    """Refuse a head that would learn nothing; warn of one that has next to nothing."""
    labels = folder / "labels.jsonl"
    for name, *values in zip(board.metrics, *board.labels.values()):
        known = [value for value in values if value == value]
        if known and max(known) - min(known) < 2 * LEAST_SPREAD:
            print(
                f"warning: {labels}: {name}: all labels are about {known[0]:.4g}. A "
                "difference of nothing weighs as much as one of other metrics: take "
                "it out of `labels` in conf/metrics.yaml",
                file=sys.stderr,
            )
        if not known:
            raise ValueError(
                f"{labels}: expected labels of {name}, a head of the "
                "assessor, got null for every clip. Import some, or take it out of "
                "`labels` in conf/metrics.yaml"
            )


def _ceilings(assessor: Assessor, valid: Leaderboard, board: Leaderboard) -> dict:
    """Measured on clean validation speech, if any, and the labels of real systems."""
    references = sorted(set(valid.reference.values()))[:CLEAN_CLIPS]
    clean = [torch.from_numpy(valid.read(path)) for path in references]
    outputs = (name for name in board.ids if board.is_output(name))
    enhanced = [name for name in outputs if board.systems[name] != "noisy"]
    real = {}
    for name in set(UNBOUNDED if clean else METRICS) & set(assessor.metrics):
        column = board.metrics.index(name)
        labels = [board.labels[n][column] for n in enhanced]
        real[name] = [value for value in labels if value == value]
    return measure_ceilings(assessor, clean, real)


def _data_files(board: Leaderboard, folder: Path) -> list[DataFile]:
    """Write a leaderboard as ESPnet data files."""
    wav = {name: board.wav[name] for name in board.ids}
    noisy = {name: board.noisy.get(name, wav[name]) for name in wav}
    reference = {name: board.reference.get(name, wav[name]) for name in wav}
    labels = {n: " ".join(f"{v:.5g}" for v in board.labels[n]) for n in wav}
    seconds = board.noisy, board.reference, board.committee
    has = {n: " ".join(str(int(n in paths)) for paths in seconds) for n in wav}
    utterances = {name: board.utterance(name) for name in wav}
    numbers = {
        utt: number for number, utt in enumerate(sorted(set(utterances.values())))
    }
    edits = {name for names in board.edits().values() for name in names}
    utterance = {n: f"{numbers[u]} {int(n in edits)}" for n, u in utterances.items()}
    columns = [
        ("wav.scp", wav, "speech", "sound"),
        ("noisy.scp", noisy, "noisy", "sound"),
        ("spk1.scp", reference, "reference", "sound"),
        ("labels", labels, "labels", "text_float"),
        ("utt2hassecond", has, "has_second", "text_int"),
        ("utt2utt", utterance, "utterance", "text_int"),
    ]
    if board.committee:
        flags = {n: board.read_members(n)[1][0].int().tolist() for n in wav}
        members = {n: " ".join(map(str, flags[n])) for n in wav}
        columns += [
            ("committee.scp", board.committee, "committee", "sound"),
            ("utt2members", members, "members", "text_int"),
        ]
    for file, mapping, _, _ in columns:
        write_scp(folder / file, mapping)
    return [(str(folder / file), name, kind) for file, _, name, kind in columns]
