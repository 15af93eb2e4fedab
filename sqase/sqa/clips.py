"""Labelled clips of a leaderboard, as training batches of the quality model."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np
import torch

from sqase.data.listings import read_labels, read_scp
from sqase.sound import audio
from sqase.sqa.assessor import SAMPLE_RATE
from sqase.sqa.model import MODES

_SOUND = ("speech", "noisy", "reference")
_OUTPUTS = (None, "noisy", "enhancer", "published")  # kinds of systems


@dataclass
class Batch:
    """Clips and what they are compared with; rows end with zeros.

    Attributes:
        speech, noisy, reference: (batch, time); zeros where there is none.
        lengths: (batch,) valid samples.
        modes: (batch, 3) bool, the modes in which a row can be heard.
        labels: (batch, metrics), NaN where missing.
    """

    speech: torch.Tensor
    noisy: torch.Tensor
    reference: torch.Tensor
    lengths: torch.Tensor
    modes: torch.Tensor
    labels: torch.Tensor

    def second(self, mode: torch.Tensor) -> torch.Tensor:
        """The second signal of each row in its mode, (batch, time)."""
        choices = torch.stack(
            [torch.zeros_like(self.noisy), self.noisy, self.reference]
        )
        return choices[mode, torch.arange(len(mode))]

    def rows(self, index: torch.Tensor | slice) -> "Batch":
        """Some of the rows."""
        return Batch(*(getattr(self, f.name)[index] for f in fields(self)))

    def to(self, device: torch.device) -> "Batch":
        """Move every tensor."""
        return Batch(*(getattr(self, f.name).to(device) for f in fields(self)))

    def pack(self) -> dict[str, torch.Tensor]:
        """For storage: sound in 16 bit, limited to [-1, 1], as in a file."""
        tensors = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in _SOUND:
            rounded = (tensors[name] * 32768).round()
            tensors[name] = rounded.clamp(-32768, 32767).to(torch.int16)
        return tensors

    @staticmethod
    def unpack(tensors: Mapping[str, torch.Tensor]) -> "Batch":
        """Take what `pack` gave."""
        sound = {name: tensors[name].float() / 32768 for name in _SOUND}
        return Batch(**{**tensors, **sound})

    @staticmethod
    def join(batches: Sequence["Batch"]) -> "Batch":
        """Concatenate batches, padding to the longest."""
        longest = max(b.speech.shape[1] for b in batches)

        def wave(name: str) -> torch.Tensor:
            rows = [getattr(b, name) for b in batches]
            pad = torch.nn.functional.pad
            return torch.cat([pad(r, (0, longest - r.shape[1])) for r in rows])

        def plain(name: str) -> torch.Tensor:
            return torch.cat([getattr(b, name) for b in batches])

        return Batch(
            wave("speech"),
            wave("noisy"),
            wave("reference"),
            plain("lengths"),
            plain("modes"),
            plain("labels"),
        )


def draw_modes(
    possible: torch.Tensor, weights: Sequence[float], generator: torch.Generator
) -> torch.Tensor:
    """Draw a mode for each row among those it can be heard in.

    Args:
        possible: (batch, 3) bool; blind is always possible.
        weights: of blind, noisy, reference.
        generator: CPU generator.

    Returns:
        (batch,) indices into `MODES`.
    """
    share = possible * torch.tensor(weights, dtype=torch.float32)
    share[:, 0] += (share.sum(1) == 0).float()
    return torch.multinomial(share, 1, generator=generator).squeeze(1)


class Leaderboard:
    """The clips of one leaderboard directory, read from disk when asked for.

    Args:
        folder: leaderboard directory (see `sqase.data.data_dir`).
        metrics: the labels wanted, in this order.
    """

    def __init__(self, folder: str | Path, metrics: Sequence[str]):
        folder = Path(folder)
        self.metrics = tuple(metrics)
        self.wav = read_scp(folder / "wav.scp")
        self.noisy = _optional(folder / "noisy.scp")
        self.reference = _optional(folder / "spk1.scp")
        rows = read_labels(folder / "labels.jsonl")
        self.labels = {row["id"]: self._values(row["metrics"]) for row in rows}
        self.systems = {row["id"]: row["system"] for row in rows}
        self.kinds = _optional(folder / "sys2kind")
        self.ids = [name for name in self.wav if name in self.labels]

    @classmethod
    def of_system(
        cls,
        system: str,
        wav: Mapping[str, str],
        noisy: Mapping[str, str],
        reference: Mapping[str, str],
        metrics: Sequence[str],
    ) -> "Leaderboard":
        """The outputs of one system, without labels."""
        board = cls.__new__(cls)
        board.metrics = tuple(metrics)
        board.wav, board.noisy, board.reference = wav, noisy, reference
        board.labels = {name: board._values({}) for name in wav}
        board.systems = dict.fromkeys(wav, system)
        board.kinds = {}
        board.ids = list(wav)
        return board

    def _values(self, metrics: dict) -> list[float]:
        values = [metrics.get(name) for name in self.metrics]
        return [float("nan") if value is None else value for value in values]

    def spread(self) -> dict[str, float]:
        """Standard deviation of each metric's labels (1.0 where there is none)."""
        table = np.array([self.labels[name] for name in self.ids])
        spread = {}
        for name, column in zip(self.metrics, table.T):
            known = column[~np.isnan(column)]
            spread[name] = float(known.std()) if len(known) > 1 else 1.0
        return {name: round(max(value, 1e-3), 4) for name, value in spread.items()}

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes of `MODES` in which some of the clips can be heard."""
        return tuple(
            mode
            for mode, there in zip(MODES, (True, self.noisy, self.reference))
            if there
        )

    def utterance(self, name: str) -> str:
        """What a clip was made from: the id without its system."""
        return name.removeprefix(f"{self.systems[name]}-")

    def is_output(self, name: str) -> bool:
        """Whether a clip is unprocessed or an enhancer's, as all are unless
        sys2kind says otherwise: not clean, blended or distorted on purpose."""
        return self.kinds.get(self.systems[name]) in _OUTPUTS

    def batch(self, ids: Sequence[str]) -> Batch:
        """Read some clips."""
        return Batch.join([self._clip(name) for name in ids])

    def draw(self, count: int, generator: torch.Generator) -> Batch:
        """Read `count` clips at random, without repeats."""
        chosen = torch.randperm(len(self.ids), generator=generator)[:count]
        return self.batch([self.ids[i] for i in chosen.tolist()])

    @staticmethod
    def read(path: str) -> np.ndarray:
        """One signal, (time,) at 16 kHz."""
        return audio.read(path, sample_rate=SAMPLE_RATE)[0]

    def _clip(self, name: str) -> Batch:
        speech = self._row(self.wav[name])
        others = []
        for paths in (self.noisy, self.reference):
            has_one = name in paths
            others.append(self._row(paths[name]) if has_one else 0 * speech)
        modes = [True, name in self.noisy, name in self.reference]
        assert len(modes) == len(MODES)
        return Batch(
            speech,
            *others,
            lengths=torch.tensor([speech.shape[1]]),
            modes=torch.tensor([modes]),
            labels=torch.tensor([self.labels[name]], dtype=torch.float32),
        )

    def _row(self, path: str) -> torch.Tensor:
        """(1, time)"""
        return torch.from_numpy(self.read(path))[None]


def _optional(path: Path) -> dict[str, str]:
    return read_scp(path) if path.is_file() else {}
