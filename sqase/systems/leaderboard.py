"""Make a leaderboard: the clips of all systems, and their tables.

A leaderboard is a directory of tables (see `sqase.data.data_dir`) with one clip for
each pair of system and utterance. Some systems run on the same utterances, so that
clips can be compared within a system and within an utterance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sqase.data.data_dir import read_scp, validate_leaderboard, write_scp
from sqase.data.heard import write_heard
from sqase.runtime.outputs import inside
from sqase.runtime.progress import track
from sqase.runtime.seeding import rng_for
from sqase.sound import audio
from sqase.systems import kind_of, process
from sqase.systems.outputs import Members, find_outputs
from sqase.systems.planning import checkpoints, choose, members, plan

SEED = 0  # a leaderboard is shared by the seeds of the experiment


def make(
    data_dir: str | Path,
    enhanced: Mapping[str, str | Path],
    output_dir: str | Path,
    settings: Mapping,
    scale: float = 1.0,
    committee: str | Path | None = None,
    outputs_of: Mapping[str, str | Path] = MappingProxyType({}),
) -> dict[str, int]:
    """Write a leaderboard; clips that are up to date are kept.

    Args:
        data_dir: has wav.scp and spk1.scp.
        enhanced: name of an enhancement model -> scp of its outputs for what `choose`
            gives of `data_dir`.
        output_dir: gets audio/, the tables, with ids `<system>-<utterance>`, and what
            the clips were made from (`sqase.data.heard`).
        settings, scale: see `plan`.
        committee: folder that `sqase.bin.make_committee` wrote for what `choose` gives;
            None where the settings name no published enhancer.
        outputs_of: name of a further system -> folder of its outputs, see
            `sqase.systems.outputs.find_outputs`; all of them are used.

    Returns:
        Number of clips of each system.

    Raises:
        FileNotFoundError: a table is missing.
        ValueError: see `plan` and `process`; an utterance without enhanced clip.
    """
    output_dir = Path(output_dir)
    noisy = read_scp(Path(data_dir) / "wav.scp")
    reference = read_scp(Path(data_dir) / "spk1.scp")
    chosen = choose(list(noisy), settings, scale)
    outputs = {name: _read_outputs(scp, chosen) for name, scp in enhanced.items()}
    pairs = plan(list(noisy), sorted(enhanced), settings, scale)
    for name, folder in outputs_of.items():
        outputs[name] = find_outputs(name, folder, {utt: noisy[utt] for utt in chosen})
        pairs += [(name, utt) for utt in outputs[name]]
    maker = _Maker(output_dir / "audio", noisy, reference, outputs)
    maker.models = checkpoints(sorted(enhanced), settings)
    maker.members = Members.read(committee, members(settings), chosen)
    ids = {f"{system}-{utt}": (system, utt) for system, utt in sorted(pairs)}
    clips = {
        clip_id: maker.clip(*ids[clip_id])
        for clip_id in track(ids, str(output_dir), "clips")
    }
    tables = {
        "utt2sys": {clip_id: system for clip_id, (system, _) in ids.items()},
        "utt2utt": {clip_id: utt for clip_id, (_, utt) in ids.items()},
        "spk1.scp": {clip_id: reference[utt] for clip_id, (_, utt) in ids.items()},
        "noisy.scp": {clip_id: noisy[utt] for clip_id, (_, utt) in ids.items()},
        "wav.scp": {clip_id: path for clip_id, (path, _) in clips.items()},
    }
    if len(maker.members.names) > 1:
        tables["committee.scp"] = {i: maker.members.paths[ids[i][1]] for i in ids}
        tables["utt2members"] = {
            clip_id: maker.members.channels(without)
            for clip_id, (_, without) in clips.items()
        }
    for name, table in tables.items():
        write_scp(output_dir / name, table)
    validate_leaderboard(output_dir)
    write_heard(output_dir, Path(data_dir))
    systems = [system for system, _ in ids.values()]
    write_scp(output_dir / "sys2kind", {name: kind_of(name) for name in systems})
    return {system: systems.count(system) for system in dict.fromkeys(systems)}


@dataclass
class _Maker:
    """Makes the clips of a leaderboard.

    Attributes:
        folder: of what is written.
        noisy, reference: utterance -> path.
        outputs: model -> utterance -> path.
        models: those that other systems use.
        members: of the committee.
    """

    folder: Path
    noisy: Mapping[str, str]
    reference: Mapping[str, str]
    outputs: Mapping[str, Mapping[str, str]]
    models: Sequence[str] = ()
    members: Members = Members()

    def clip(self, system: str, utt: str) -> tuple[str, str]:
        """Path of a clip, and the member that it was made from, or none."""
        if system in self.outputs:
            return self.outputs[system][utt], ""
        if system in ("noisy", "clean"):
            return {"noisy": self.noisy, "clean": self.reference}[system][utt], ""
        rng = rng_for(f"{system}-{utt}", SEED)
        path = inside(self.folder, f"{system}/{utt}.flac")
        if kind_of(system) == "edit":
            source = self._edited(utt)
            self._make(path, "edit", utt, source, rng)
            return str(path), source if source in self.members.names else ""
        model = self.models[rng.integers(len(self.models))]
        self._make(path, system, utt, model, rng)
        return str(path), system if system in self.members.names else ""

    def _edited(self, utt: str) -> str:
        """What all edits of an utterance are edits of: a model's output, or a member's."""
        rng = rng_for(f"{utt} edited", SEED)
        return rng.choice([*self.models, *self.members.names])

    def _make(self, path: Path, system: str, utt: str, source: str, rng) -> None:
        """Write one clip, unless it is newer than all it is made from."""
        given = [self.noisy[utt], self.reference[utt], *self.members.files(utt)]
        if source in self.outputs:
            given.append(self.outputs[source][utt])
        newest = max(Path(each).stat().st_mtime for each in given)
        if path.exists() and path.stat().st_mtime >= newest:
            return
        noisy, sample_rate = audio.read(self.noisy[utt])
        waves = self.members.waves(utt, sample_rate)
        if source in self.outputs:
            enhanced = _read_at(self.outputs[source][utt], sample_rate)
        else:
            enhanced = waves.pop(source)
        wave = process(
            system,
            noisy=noisy,
            reference=_read_at(self.reference[utt], sample_rate),
            enhanced=enhanced,
            members=waves,
            sample_rate=sample_rate,
            rng=rng,
        )
        audio.write(path, wave, sample_rate)


def _read_outputs(scp: str | Path, chosen: Sequence[str]) -> dict[str, str]:
    """Read the outputs of an enhancement model; those chosen must be there."""
    outputs = read_scp(scp)
    lacking = set(chosen) - outputs.keys()
    if lacking:
        raise ValueError(
            f"{scp}: expected the {len(chosen)} utterances that are to be used, "
            f"got no {min(lacking)} and {len(lacking) - 1} others. Enhance again"
        )
    return outputs


def _read_at(path: str, sample_rate: int) -> np.ndarray:
    """A signal of the rate of the mixtures."""
    wave, rate = audio.read(path)
    if rate != sample_rate:
        raise ValueError(
            f"{path}: expected {sample_rate} Hz as the mixtures have, got {rate} Hz. "
            "Resample it"
        )
    return wave
