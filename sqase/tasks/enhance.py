"""Enhance signals with a model trained by ESPnet's enhancement task."""

from __future__ import annotations

import functools
import hashlib
import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Callable, Collection, Iterator, Mapping

import numpy as np
import torch

from sqase.data.listings import write_scp
from sqase.data.rows import COMMITTEE
from sqase.published import PUBLISHED
from sqase.published.committee import Committee
from sqase.runtime.lookup import close_names
from sqase.runtime.outputs import inside, keep_what_is_made_from, read_note
from sqase.runtime.progress import watched
from sqase.runtime.provenance import digest_file
from sqase.runtime.shards import Shard
from sqase.sound import audio
from sqase.sound.streaming import BLOCK, overlap_add
from sqase.tasks.members import NOTE, made_by_members
from sqase.tasks.model import enhance
from sqase.tasks.network import load_network
from sqase.tasks.preset import FILE, read_preset

SAMPLE_RATE = 16000
GRID = 2560  # samples; windows start at multiples of it, and so at frames of the STFT
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
            is_folder = Path(model_dir).is_dir()
            close = "" if is_folder else close_names(str(model_dir).lower(), PUBLISHED)
            raise FileNotFoundError(
                f"enhancement model {model_dir}: expected {path.name}, found none. "
                + (f"Did you mean {close}? " if close else "")
                + "Train it (stages 2, 6, 7), give another folder or one of "
                f"{', '.join(PUBLISHED)}"
            )
    return files


class Enhancer:
    """A trained enhancement model, with the preset of its output if it has one.

    Attributes:
        context: samples heard before and after what is used of a window, a sixth of it.

    Args:
        model_dir, checkpoint: see `model_files`.
        device: where to run.

    Raises:
        FileNotFoundError, ValueError: see `model_files`, `load_network` and
            `sqase.tasks.preset.read_preset`.
    """

    context = 13 * GRID  # windows of 12 s

    def __init__(
        self,
        model_dir: str | Path,
        checkpoint: str | None = None,
        device: str = "cpu",
    ):
        model, _ = load_network(*model_files(model_dir, checkpoint))
        self.model = model.eval().to(device)
        self.device = device
        self.preset = read_preset(model_dir)

    def __call__(self, noisy: np.ndarray, level: float | None = None) -> np.ndarray:
        """Enhance a signal, or a part of one; its level stays.

        A long signal is heard in windows (`sqase.sound.streaming.overlap_add`): what
        a network makes of a second may depend on all that it hears, and it learned on
        clips of a few seconds.

        Args:
            noisy: (time,) float32 at 16 kHz.
            level: standard deviation of the whole signal where `noisy` is a part.

        Returns:
            (time,) float32.
        """
        if level is None:
            level = float(np.std(noisy, ddof=min(1, len(noisy) - 1), dtype=np.float64))

        def hear(window: np.ndarray) -> np.ndarray:
            return self._hear(window[:, 0], level)[:, None]

        return np.concatenate(
            list(overlap_add(_blocks(noisy), hear, self.context))
        ).squeeze(1)

    @torch.no_grad()
    def _hear(self, noisy: np.ndarray, level: float) -> np.ndarray:
        mix = torch.from_numpy(noisy).float().to(self.device)[None]
        lengths = torch.tensor([mix.shape[1]], device=self.device)
        known = mix.new_tensor([[level]])
        enhanced = enhance(self.model, mix, lengths, known)[0].float().cpu().numpy()
        if self.preset is None:
            return enhanced
        return self.preset(noisy=noisy, enhanced=enhanced, sample_rate=SAMPLE_RATE)


def _blocks(wave: np.ndarray) -> Iterator[np.ndarray]:
    """A signal as `sqase.sound.streaming` has it."""
    for start in range(0, len(wave), BLOCK):
        yield wave[start : start + BLOCK, None]


def load_enhancer(
    model: str | Path, checkpoint: str | None = None
) -> Callable[[np.ndarray, float | None], np.ndarray]:
    """A published enhancer, where `model` is its name, or a trained one.

    Args:
        model: a name in `PUBLISHED`, or see `model_files`; `MEMBERS` makes several
            channels.
        checkpoint: see `model_files`; with `MEMBERS`, their names.

    Raises:
        FileNotFoundError, ValueError: see `model_files` and `sqase.published.wheel`.
    """
    if str(model) == MEMBERS:
        return Committee((checkpoint or "").split() or None).each
    if str(model) in PUBLISHED:
        return PUBLISHED.load(str(model))()
    return Enhancer(model, checkpoint)


def digest_of(model: str | Path, checkpoint: str | None = None) -> str:
    """SHA-256 of what `load_enhancer` loads."""
    if str(model) == MEMBERS:
        return Committee.digest((checkpoint or "").split() or None)
    if str(model) in PUBLISHED:
        return PUBLISHED.load(str(model)).digest()
    files = [*model_files(model, checkpoint)]
    if (Path(model) / FILE).is_file():
        files.append(Path(model) / FILE)
    digests = map(digest_file, files)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def enhance_files(
    model_dir: Path,
    checkpoint: str,
    noisy: Mapping[str, str],
    output_dir: Path,
    nj: int,
    shard: Shard = Shard(),
    made: Collection[str | Path] = (),
) -> None:
    """Enhance files into `output_dir`, with wav.scp written last.

    Outputs beyond full scale are limited; how many is logged.

    Args:
        model_dir, checkpoint: see `load_enhancer`.
        noisy: utterance id -> path.
        output_dir: an output that an earlier call made from the same sound with the
            same model is kept.
        nj: processes.
        shard: enhance this part of the files, without wav.scp.
        made: with `MEMBERS`, such outputs of single members: what one has made of the same
            sound is not made again.

    Raises:
        ValueError: an id that leads out of `output_dir`; or what is there was made from
            others, and other parts may be at work in it.
    """
    paths = {utt: inside(output_dir / "audio", f"{utt}.flac") for utt in noisy}
    mine = shard.of(list(noisy))
    enhancer = load_enhancer(model_dir, checkpoint)  # or it is refused before all else
    model, note = digest_of(model_dir, checkpoint), output_dir / NOTE
    made_from = {
        f"audio/{utt}.flac": {"model": model, "input": digest_file(noisy[utt])}
        for utt in (noisy if shard.alone else mine)
    }
    if shard.alone:
        keep_what_is_made_from(note, made_from)
    elif made_from != {name: read_note(note).get(name) for name in made_from}:
        raise ValueError(
            f"{output_dir}: expected a folder begun with this model and this sound. Do "
            f"the part 0/{shard.parts} before the others"
        )
    by_members = made_by_members(checkpoint, made, made_from) if made else {}
    jobs = [
        (noisy[utt], paths[utt], by_members.get(f"audio/{utt}.flac"))
        for utt in mine
        if not paths[utt].is_file()
    ]
    shards = [jobs[i::nj] for i in range(nj) if jobs[i::nj]]
    if len(shards) < 2:
        limited = _enhance(enhancer, jobs)
    else:
        context = multiprocessing.get_context("spawn")
        work = functools.partial(_enhance_shard, model_dir, checkpoint)
        with ProcessPoolExecutor(len(shards), mp_context=context) as pool:
            limited = sum(pool.map(work, shards))
    if limited:
        logging.warning("%s: %d outputs limited to full scale", output_dir, limited)
    if shard.whole:
        write_scp(output_dir / "wav.scp", paths)


def enhance_by_committee(
    names: Collection[str] | None,
    noisy: Mapping[str, str],
    output_dir: Path,
    nj: int,
    shard: Shard = Shard(),
) -> None:
    """What each member of a committee makes of files: `committee.scp`, with `members`,
    the number of each among the channels, beside it.

    Args:
        names: of the members; None for all that are installed.
        noisy, output_dir, nj, shard: see `enhance_files`.

    Raises:
        ValueError: fewer than two members; see `enhance_files`.
    """
    committee = Committee(names)
    committee.expect_several()
    found = " ".join(committee.names)
    with watched(output_dir / "audio", "**/*.flac", "committee", len(noisy)):
        enhance_files(Path(MEMBERS), found, noisy, output_dir, nj, shard)
    if shard.whole:
        numbers = {name: number for number, name in enumerate(committee.names)}
        write_scp(output_dir / "members", numbers)
        (output_dir / "wav.scp").rename(output_dir / COMMITTEE)


def _enhance_shard(model_dir: Path, checkpoint: str, jobs: list) -> int:
    """`_enhance` in a process of its own."""
    return _enhance(load_enhancer(model_dir, checkpoint), jobs)


def _enhance(enhancer: Callable[[np.ndarray], np.ndarray], jobs: list) -> int:
    """Enhance some files, or join what members made; returns how many were limited."""
    torch.set_num_threads(1)
    limited = 0
    for source, target, by_members in jobs:
        if by_members:
            made = [audio.read(path)[0] for path in by_members]
            enhanced = np.stack(made, axis=1)
        else:
            enhanced = enhancer(audio.read(source, sample_rate=SAMPLE_RATE)[0])
        limited += np.abs(enhanced).max() > 1.0
        audio.write(target, np.clip(enhanced, -1.0, 1.0), SAMPLE_RATE)
    return int(limited)
