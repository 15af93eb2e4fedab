"""Run an ESPnet task on data directories with settings held in a dictionary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml
from espnet2.train.distributed_utils import get_rank

from sqase.data.rows import COMMITTEE
from sqase.runtime.atomic import replacing
from sqase.tasks.options import check_options

DataFile = tuple[str, str, str]  # path, name in the task, ESPnet's type

COMMON = {
    "use_matplotlib": False,
    "use_tensorboard": False,
    "num_att_plot": 0,
    "num_workers": 0,
    "log_interval": 50,
    "keep_nbest_models": 1000,  # selection looks at every epoch itself
    "resume": True,
}


def train(
    task: type,
    settings: Mapping[str, Any],
    train_files: Sequence[DataFile],
    valid_files: Sequence[DataFile],
    output_dir: str | Path,
    seed: int,
    ngpu: int = 0,
    extra: Sequence[str] = (),
) -> None:
    """Train, or go on training, in `output_dir`.

    Of several processes that ESPnet's options `dist_*` make one training of, the first
    returns; the others end.

    Args:
        task: a subclass of ESPnet's AbsTask.
        settings: its options; those of `COMMON` unless given. The scheduler
            `tristagelr` ends with the training, unless `max_steps` says otherwise.
        train_files, valid_files: data files; the first lists the utterances.
        output_dir: ESPnet's experiment directory.
        seed: of ESPnet.
        ngpu: GPUs; more than one trains distributed on this machine.
        extra: further command line options of the task.

    Raises:
        ValueError: see `check_options`.
    """
    output_dir = Path(output_dir)
    merged = {**COMMON, **settings}
    path = output_dir / "settings.yaml"
    _write(path, merged)
    check_options(task, merged, ngpu, path)
    if merged.get("scheduler") == "tristagelr":
        steps = merged["max_epoch"] * merged["num_iters_per_epoch"]
        merged["scheduler_conf"] = {"max_steps": steps, **merged["scheduler_conf"]}
        _write(path, merged)
    command = ["--config", str(path)]
    command += ["--output_dir", str(output_dir), "--seed", str(seed)]
    command += ["--ngpu", str(ngpu), "--multiprocessing_distributed", str(ngpu > 1)]
    for part, files in (("train", train_files), ("valid", valid_files)):
        command += [f"--{part}_shape_file", files[0][0]]
        for file in files:
            command += [f"--{part}_data_path_and_name_and_type", ",".join(file)]
    task.main(cmd=[*command, *extra])
    if get_rank(settings.get("dist_rank"), settings.get("dist_launcher")):
        sys.exit()


def _write(path: Path, settings: Mapping[str, Any]) -> None:
    with replacing(path) as part:
        part.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))


def enhancement_files(data_dir: str | Path) -> list[DataFile]:
    """The data files of an enhancement data directory."""
    folder = Path(data_dir)
    files = [
        (str(folder / "wav.scp"), "speech_mix", "sound"),
        (str(folder / "spk1.scp"), "speech_ref1", "sound"),
    ]
    for name, row, kind in (
        ("utt2hasref", "has_ref", "text_int"),
        (COMMITTEE, "committee", "sound"),
    ):
        if (folder / name).is_file():
            files.append((str(folder / name), row, kind))
    return files
