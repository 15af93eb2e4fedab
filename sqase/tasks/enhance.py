"""Enhance signals with a model trained by ESPnet's enhancement task."""

from __future__ import annotations

import functools
import logging
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Callable, Mapping

import numpy as np
import safetensors.torch
import torch

from sqase.data.listings import write_scp
from sqase.published import PUBLISHED
from sqase.published.committee import Committee
from sqase.runtime.atomic import replacing
from sqase.runtime.provenance import digest_file
from sqase.runtime.shards import Shard
from sqase.sound import audio
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.model import enhance

SAMPLE_RATE = 16000
SELECTED = "selected.pth"  # the checkpoint chosen on the validation set
EXPORTED = "model.safetensors"  # that of an exported model
MEMBERS = "members"  # in place of a model: what each member of the committee makes


def model_files(
    model_dir: str | Path, checkpoint: str | None = None
) -> tuple[Path, Path]:
    """Settings and weights of a trained model.

    Args:
        model_dir: ESPnet experiment directory, or what `sqase.tasks.export` wrote.
        checkpoint: file name in it; None is the one selected on validation, or the
            exported one.

    Raises:
        FileNotFoundError: one of them is not there.
    """
    if checkpoint is None:
        exported = (Path(model_dir) / EXPORTED).is_file()
        checkpoint = EXPORTED if exported else SELECTED
    files = Path(model_dir) / "config.yaml", Path(model_dir) / checkpoint
    for path in files:
        if not path.is_file():
            raise FileNotFoundError(
                f"enhancement model {model_dir}: expected {path.name}, found none. "
                "Train it (stages 2, 6, 7), give another folder or one of "
                f"{', '.join(PUBLISHED)}"
            )
    return files


class Enhancer:
    """A trained enhancement model.

    Args:
        model_dir, checkpoint: see `model_files`.
        device: where to run.
    """

    def __init__(
        self,
        model_dir: str | Path,
        checkpoint: str | None = None,
        device: str = "cpu",
    ):
        config, weights = model_files(model_dir, checkpoint)
        exported = weights.name == EXPORTED
        self.model, self.args = GuidedEnhancementTask.build_model_from_file(
            config, None if exported else weights, device
        )
        if exported:
            self.model.load_state_dict(safetensors.torch.load_file(weights, device))
        self.model.eval()
        self.device = device

    @torch.no_grad()
    def __call__(self, noisy: np.ndarray, level: float | None = None) -> np.ndarray:
        """Enhance a signal, or a part of one; its level stays.

        Args:
            noisy: (time,) float32 at 16 kHz.
            level: standard deviation of the whole signal where `noisy` is a part.

        Returns:
            (time,) float32.
        """
        mix = torch.from_numpy(noisy).float().to(self.device)[None]
        lengths = torch.tensor([mix.shape[1]], device=self.device)
        known = None if level is None else mix.new_tensor([[level]])
        return enhance(self.model, mix, lengths, known)[0].float().cpu().numpy()


def load_enhancer(
    model: str | Path, checkpoint: str | None = None
) -> Callable[[np.ndarray, float | None], np.ndarray]:
    """A published enhancer, where `model` is its name, or a trained one.

    Args:
        model: a name in `PUBLISHED`, or see `model_files`; `MEMBERS` makes several
            channels.
        checkpoint: see `model_files`.

    Raises:
        FileNotFoundError, ValueError: see `model_files` and `sqase.published.wheel`.
    """
    if str(model) == MEMBERS:
        return Committee().each
    if str(model) in PUBLISHED:
        return PUBLISHED.load(str(model))()
    return Enhancer(model, checkpoint)


def digest_of(model: str | Path, checkpoint: str | None = None) -> str:
    """SHA-256 of the weights that `load_enhancer` loads."""
    if str(model) == MEMBERS:
        return Committee.digest()
    if str(model) in PUBLISHED:
        return PUBLISHED.load(str(model)).digest()
    return digest_file(model_files(model, checkpoint)[1])


def enhance_files(
    model_dir: Path,
    checkpoint: str,
    noisy: Mapping[str, str],
    output_dir: Path,
    nj: int,
    shard: Shard = Shard(),
) -> None:
    """Enhance files into `output_dir`, with wav.scp written last.

    Outputs beyond full scale are limited; how many is logged.

    Args:
        model_dir, checkpoint: see `load_enhancer`.
        noisy: utterance id -> path.
        output_dir: kept from an earlier call if that used the same weights.
        nj: processes.
        shard: enhance this part of the files, without wav.scp.

    Raises:
        ValueError: what is in `output_dir` is of other weights, and other parts may be
            at work in it.
    """
    model = f"{digest_of(model_dir, checkpoint)}\n"
    stamp = output_dir / "model.sha256"
    if not stamp.is_file() or stamp.read_text() != model:
        if not shard.alone:
            raise ValueError(
                f"{output_dir}: expected a folder begun with these weights. Do the "
                f"part 0/{shard.parts} before the others"
            )
        shutil.rmtree(output_dir, ignore_errors=True)
        with replacing(stamp) as part:
            part.write_text(model)
    paths = {name: output_dir / "audio" / f"{name}.flac" for name in noisy}
    mine = shard.of(list(paths))
    jobs = [(noisy[n], paths[n]) for n in mine if not paths[n].is_file()]
    shards = [jobs[i::nj] for i in range(nj) if jobs[i::nj]]
    work = functools.partial(_enhance_shard, model_dir, checkpoint)
    if len(shards) < 2:
        limited = sum(map(work, shards))
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(len(shards), mp_context=context) as pool:
            limited = sum(pool.map(work, shards))
    if limited:
        logging.warning("%s: %d outputs limited to full scale", output_dir, limited)
    if shard.whole:
        write_scp(output_dir / "wav.scp", paths)


def _enhance_shard(model_dir: Path, checkpoint: str, jobs: list) -> int:
    """Enhance some files; returns how many went beyond full scale."""
    torch.set_num_threads(1)
    enhancer = load_enhancer(model_dir, checkpoint)
    limited = 0
    for source, target in jobs:
        enhanced = enhancer(audio.read(source, sample_rate=SAMPLE_RATE)[0])
        limited += np.abs(enhanced).max() > 1.0
        audio.write(target, np.clip(enhanced, -1.0, 1.0), SAMPLE_RATE)
    return int(limited)
