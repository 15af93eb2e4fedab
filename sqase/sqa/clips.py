"""Labelled clips of a leaderboard, as training batches of the quality model."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Mapping, Sequence

import numpy as np
import torch

from sqase.data.listings import read_labels, read_scp
from sqase.metrics import ranges
from sqase.sound import audio
from sqase.sqa.assessor import SAMPLE_RATE
from sqase.sqa.draws import some_members
from sqase.sqa.modes import MODES, mode_index

LEAST_SPREAD = 1e-3  # of labels, in the unit of their metric
_SOUND = ("speech", "noisy", "reference", "committee")
_OUTPUTS = (None, "noisy", "enhancer", "published", "committee")  # kinds of systems


@dataclass
class Batch:
    """Clips and what they are compared with; rows end with zeros.

    Attributes:
        speech, noisy, reference: (batch, time); zeros where there is none.
        committee: (batch, time, members), what each member of the committee made; zeros
            for those that are no members. One that is (batch, time) is a member, too.
        lengths: (batch,) valid samples.
        modes: (batch, modes) bool, those of `MODES` in which a row can be heard.
        labels: (batch, metrics), NaN where missing.
    """

    speech: torch.Tensor
    noisy: torch.Tensor
    reference: torch.Tensor
    committee: torch.Tensor
    lengths: torch.Tensor
    modes: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self):
        if self.committee.ndim == 2:
            self.committee = self.committee[:, :, None]

    def second(self, mode: torch.Tensor) -> torch.Tensor:
        """What each row is heard beside in its mode, (batch, time, signals): the members
        of the committee, else one signal, and zeros."""
        one = torch.stack([torch.zeros_like(self.noisy), self.noisy, self.reference])
        is_committee = mode == mode_index("committee")
        one = one[torch.where(is_committee, 0, mode), torch.arange(len(mode))]
        others = self.committee.shape[2] - 1
        one = torch.nn.functional.pad(one[:, :, None], (0, others))
        return torch.where(is_committee[:, None, None], self.committee, one)

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
        """Concatenate batches, padding to the longest and to most members."""

        def wave(name: str) -> torch.Tensor:
            rows = [getattr(b, name) for b in batches]
            sizes = [max(row.shape[axis] for row in rows) for axis in range(rows[0].ndim)]
            return torch.cat([_padded(row, sizes[1:]) for row in rows])

        def plain(name: str) -> torch.Tensor:
            return torch.cat([getattr(b, name) for b in batches])

        return Batch(
            **{f.name: wave(f.name) for f in fields(Batch) if f.name in _SOUND},
            **{f.name: plain(f.name) for f in fields(Batch) if f.name not in _SOUND},
        )


def _padded(rows: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """(batch, ...) -> (batch, *sizes), zeros after what there is."""
    lacking = [size - now for size, now in zip(sizes, rows.shape[1:])]
    return torch.nn.functional.pad(rows, [n for more in lacking[::-1] for n in (0, more)])


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
        self.committee = _optional(folder / "committee.scp")
        self.members = _optional(folder / "utt2members")
        rows = read_labels(folder / "labels.jsonl", ranges())
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
        committee: Mapping[str, str] = MappingProxyType({}),
        members: str | None = None,
    ) -> "Leaderboard":
        """The outputs of one system, without labels.

        Args:
            system: its name.
            wav, noisy, reference, committee: id -> file, as in the files of a
                leaderboard.
            metrics: of the assessor.
            members: numbers of those of the committee that are heard; None for all.
        """
        board = cls.__new__(cls)
        board.committee = committee
        board.members = {} if members is None else dict.fromkeys(wav, members)
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
        return {name: round(max(x, LEAST_SPREAD), 4) for name, x in spread.items()}

    def edits(self) -> dict[str, list[str]]:
        """Utterance -> its local edits, all of one output."""
        groups: dict[str, list[str]] = {}
        for name in self.ids:
            if self.kinds.get(self.systems[name]) == "edit":
                groups.setdefault(self.utterance(name), []).append(name)
        return groups

    def local_spread(self) -> dict[str, float]:
        """Standard deviation of each metric's labels among the edits of one output; a
        tenth of `spread` where there are none."""
        steps = [np.empty((0, len(self.metrics)))]
        for names in self.edits().values():
            table = np.array([self.labels[name] for name in names])
            if len(table) > 1:
                steps.append(table - table.mean(0))
        square = np.concatenate(steps) ** 2
        local = {}
        for (name, whole), column in zip(self.spread().items(), square.T):
            known = column[~np.isnan(column)]
            value = known.mean() ** 0.5 if len(known) else 0.1 * whole
            local[name] = round(max(float(value), LEAST_SPREAD), 4)
        return local

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes of `MODES` in which some of the clips can be heard."""
        seconds = self.noisy, self.reference, self.committee
        return tuple(mode for mode, there in zip(MODES, (True, *seconds)) if there)

    def utterance(self, name: str) -> str:
        """What a clip was made from: the id without its system."""
        return name.removeprefix(f"{self.systems[name]}-")

    def is_output(self, name: str) -> bool:
        """Whether a clip is unprocessed or an enhancer's, as all are unless
        sys2kind says otherwise: not clean, blended or distorted on purpose."""
        return self.kinds.get(self.systems[name]) in _OUTPUTS

    def batch(
        self, ids: Sequence[str], generator: torch.Generator | None = None
    ) -> Batch:
        """Read some clips; a generator draws the members of their committees, which
        else are all that may be."""
        return Batch.join([self._clip(name, generator) for name in ids])

    def draw(self, count: int, generator: torch.Generator) -> Batch:
        """Read `count` clips at random, without repeats."""
        chosen = torch.randperm(len(self.ids), generator=generator)[:count]
        return self.batch([self.ids[i] for i in chosen.tolist()], generator)

    @staticmethod
    def read(path: str) -> np.ndarray:
        """One signal, (time,) at 16 kHz."""
        return audio.read(path, sample_rate=SAMPLE_RATE)[0]

    def read_members(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Members of a clip's committee (1, time, members), those allowed (1, members)."""
        waves, rate = audio.read_channels(self.committee[name])
        if rate != SAMPLE_RATE:
            columns = [audio.resample(wave, rate, SAMPLE_RATE) for wave in waves.T]
            waves = np.stack(columns, axis=1)
        allowed = torch.ones(1, waves.shape[1], dtype=torch.bool)
        if name in self.members:
            numbers = [int(number) for number in self.members[name].split()]
            allowed = torch.isin(torch.arange(waves.shape[1]), torch.tensor(numbers))
        return torch.from_numpy(waves)[None], allowed.reshape(1, -1)

    def _clip(self, name: str, generator: torch.Generator | None) -> Batch:
        speech = self._row(self.wav[name])
        there = [name in x for x in (self.noisy, self.reference, self.committee)]
        noisy, reference = (
            self._row(paths[name]) if name in paths else 0 * speech
            for paths in (self.noisy, self.reference)
        )
        committee = 0 * speech
        if name in self.committee:
            members, allowed = self.read_members(name)
            if generator is None:
                committee = members * allowed[:, None]
            else:
                committee = some_members(members, allowed, generator)
        modes = [True, *there]
        assert len(modes) == len(MODES)
        return Batch(
            speech,
            noisy,
            reference,
            committee,
            lengths=torch.tensor([speech.shape[1]]),
            modes=torch.tensor([modes]),
            labels=torch.tensor([self.labels[name]], dtype=torch.float32),
        )

    def _row(self, path: str) -> torch.Tensor:
        """(1, time)"""
        return torch.from_numpy(self.read(path))[None]


def _optional(path: Path) -> dict[str, str]:
    return read_scp(path) if path.is_file() else {}
