"""ESPnet's trainer, resuming exactly after a kill at any moment."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from espnet2.train.reporter import Reporter
from espnet2.train.trainer import Trainer

from sqase.runtime.atomic import replacing

_GOOD = "checkpoint.good.pth"  # copy of the last checkpoint known to be complete


# Beside weights, a checkpoint holds times and numbers of numpy
_NUMBERS = [timedelta, np.dtype, *(getattr(np.dtypes, n) for n in np.dtypes.__all__)]
_NUMBERS.append(np.float64(0).__reduce__()[0])


class ResumableTrainer(Trainer):
    """Adds two things to ESPnet's trainer.

    * `checkpoint.pth` and then the weights of the epoch are written in place by
      ESPnet, so a kill can leave either broken: training then goes on from a copy
      of the checkpoint before, or from the start, or writes the weights again.
    * Models may carry state beside their weights (the assessor in the loop, its
      replay buffer): it is saved with every epoch and loaded on resuming.
    """

    @classmethod
    def resume(cls, checkpoint, model, reporter, **kwargs):
        """See `Trainer.resume`."""
        checkpoint = Path(checkpoint)
        if not _is_complete(checkpoint):
            good = checkpoint.with_name(_GOOD)
            if not good.is_file():
                logging.warning("%s is broken: starting from the beginning", checkpoint)
                checkpoint.unlink(missing_ok=True)
                return
            logging.warning("%s is broken: using %s", checkpoint, good)
            _copy(good, checkpoint)
        super().resume(checkpoint=checkpoint, model=model, reporter=reporter, **kwargs)
        epoch = reporter.get_epoch()
        weights = checkpoint.with_name(f"{epoch}epoch.pth")
        if not _is_complete(weights):
            with replacing(weights) as part:
                torch.save(model.state_dict(), part)
        if hasattr(model, "load_loop_state"):
            path = loop_state_path(checkpoint.parent, epoch)
            state = torch.load(path, map_location="cpu", weights_only=True)
            model.load_loop_state(state)

    @classmethod
    def train_one_epoch(cls, model, reporter, options, distributed_option, **kwargs):
        """See `Trainer.train_one_epoch`."""
        output_dir = Path(options.output_dir)
        first = not distributed_option.distributed or distributed_option.dist_rank == 0
        if first and (output_dir / "checkpoint.pth").is_file():
            _copy(output_dir / "checkpoint.pth", output_dir / _GOOD)
        result = super().train_one_epoch(
            model=model,
            reporter=reporter,
            options=options,
            distributed_option=distributed_option,
            **kwargs,
        )
        inner = getattr(model, "module", model)
        if first and hasattr(inner, "loop_state"):
            epoch = reporter.epoch
            with replacing(loop_state_path(output_dir, epoch)) as part:
                torch.save(inner.loop_state(), part)
            loop_state_path(output_dir, epoch - 2).unlink(missing_ok=True)
        return result


def loop_state_path(output_dir: Path, epoch: int | None = None) -> Path:
    """Where the state beside the weights is, of an epoch or the last one."""
    folder = output_dir / "loop"
    if epoch is None:
        epoch = max(int(p.name.removesuffix("epoch.pth")) for p in folder.glob("*.pth"))
    return folder / f"{epoch}epoch.pth"


def best_weights(output_dir: Path) -> Path:
    """The weights of the epoch with the lowest validation loss.

    ESPnet's own link to them is made last, so a kill can leave it behind.
    """
    state = load_checkpoint(output_dir / "checkpoint.pth")
    reporter = Reporter()
    reporter.load_state_dict(state["reporter"])
    return output_dir / f"{reporter.get_best_epoch('valid', 'loss', 'min')}epoch.pth"


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What ESPnet keeps of a training, on the CPU; a file with code in it is refused.

    Raises:
        Exception: of any kind, if it is no such file, or not all of one.
    """
    with torch.serialization.safe_globals(_NUMBERS):
        return torch.load(path, map_location="cpu", weights_only=True)


def _is_complete(path: Path) -> bool:
    """Whether a file can be loaded, and safely so."""
    try:
        load_checkpoint(path)
    except Exception:  # a cut file makes torch raise all kinds of errors
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as part:
        shutil.copyfile(source, part)
