"""ESPnet's trainer, resuming exactly after a kill at any moment."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import torch
from espnet2.train.trainer import Trainer

from sqase.atomic import replacing

_GOOD = "checkpoint.good.pth"  # copy of the last checkpoint known to be complete


class ResumableTrainer(Trainer):
    """Adds two things to ESPnet's trainer.

    * `checkpoint.pth` is written in place by ESPnet, so a kill can leave it
      broken; training then goes on from a copy of the one before.
    * Models may carry state beside their weights (the assessor in the loop, its
      replay buffer): it is saved with every epoch and loaded on resuming.
    """

    @classmethod
    def resume(cls, checkpoint, model, reporter, **kwargs):
        """See `Trainer.resume`."""
        checkpoint = Path(checkpoint)
        good = checkpoint.with_name(_GOOD)
        try:
            torch.load(checkpoint, map_location="cpu", weights_only=False)
        except Exception as error:  # whatever a truncated file makes torch raise
            if not good.is_file():
                raise
            logging.warning("%s is broken (%s): using %s", checkpoint, error, good)
            _copy(good, checkpoint)
        super().resume(checkpoint=checkpoint, model=model, reporter=reporter, **kwargs)
        if hasattr(model, "load_loop_state"):
            path = loop_state_path(checkpoint.parent, reporter.get_epoch())
            model.load_loop_state(torch.load(path, weights_only=False))

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
        if hasattr(inner, "loop_state"):
            state = inner.loop_state()
            if first:
                epoch = reporter.epoch
                with replacing(loop_state_path(output_dir, epoch)) as part:
                    torch.save(state, part)
                loop_state_path(output_dir, epoch - 2).unlink(missing_ok=True)
        return result


def loop_state_path(output_dir: Path, epoch: int | None = None) -> Path:
    """Where the state beside the weights is, of an epoch or the last one."""
    folder = output_dir / "loop"
    if epoch is None:
        epoch = max(int(p.name.removesuffix("epoch.pth")) for p in folder.glob("*.pth"))
    return folder / f"{epoch}epoch.pth"


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as part:
        shutil.copyfile(source, part)
