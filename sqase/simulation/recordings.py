"""Real recordings: no reference exists. Divided, and cut into clips."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from sqase.data.data_dir import write_scp
from sqase.simulation import SAMPLE_RATE
from sqase.simulation.mixing import MAX_PEAK
from sqase.simulation.sources import Recording, Source, group
from sqase.sound import audio


def divide(
    root: Path, recordings: Sequence[Recording], *, train_share: float, seconds: float
) -> tuple[list[Source], list[Source]]:
    """Divide real recordings over training and test.

    Paths are `<group>/<speaker>/<file>`; where the speaker's folder is missing, the
    speaker is unknown and a file counts as one. Each group, a device or a place, is
    divided by itself, so that both sides hear it. Its speakers go to training from
    the front of the alphabet until that has its share, the rest to test: files with
    neighbouring names, which are often of one speaker or session, stay together. A
    speaker is never divided. One without a recording long enough for a clip of
    training, and one alone in its group, is test.

    Args:
        root: the folder of recordings.
        recordings: what is usable in it.
        train_share: of the seconds of each group.
        seconds: length of a clip of training.

    Returns:
        train, test: speakers.

    Raises:
        ValueError: one of the two is empty.
    """
    train: list[Source] = []
    test: list[Source] = []
    speakers = group(root, recordings, depth=2)
    for _, members in itertools.groupby(sorted(speakers, key=_place), key=_place):
        members = list(members)
        usable = np.array([_usable_seconds(member, seconds) for member in members])
        middle = np.cumsum(usable) - usable / 2
        for member, length, position in zip(members, usable, middle):
            trained = length > 0 and position <= train_share * usable.sum()
            (train if trained and len(members) > 1 else test).append(member)
    if not train or not test:
        raise ValueError(
            f"real folder {root}: expected recordings of two speakers in one group, "
            f"one of {seconds} s or more, got {len(speakers)} speakers, "
            f"{len(train)} of them for training. Give more recordings, as "
            "<group>/<speaker>/<file>"
        )
    return train, test


def _place(speaker: Source) -> str:
    """The group of a speaker; files in no folder make one group."""
    *folders, _ = speaker.recordings[0].path.relative_to(speaker.root).parts
    return folders[0] if folders else ""


def _usable_seconds(speaker: Source, clip_seconds: float) -> float:
    lengths = [recording.seconds for recording in speaker.recordings]
    return sum(length for length in lengths if length >= clip_seconds)


def write_recordings(
    output_dir: Path,
    name: str,
    speakers: Sequence[Source],
    *,
    clip_seconds: float,
    hop_seconds: float | None = None,
    count: int | None = None,
    span: tuple[float, float] = (0.0, 1.0),
) -> None:
    """Cut recordings into clips and write their data directory.

    Args:
        output_dir: gets the data directory `<name>/`, and FLAC files in
            `audio/<name>/`.
        name: of the set.
        speakers: whose recordings.
        clip_seconds: length of a clip.
        hop_seconds: a clip of exactly that length starts every so often; None cuts
            into equal parts of at most that length, together the whole.
        count: at most so many clips, evenly from all of them; None keeps all.
        span: what of each recording is used, as shares of its length.

    Raises:
        ValueError: two recordings would get the same id.
    """
    maps: dict[str, dict[str, str]] = {"wav.scp": {}, "utt2spk": {}, "utt2rec": {}}
    names, cut = _names(speakers), (clip_seconds, hop_seconds, span)
    kept: Collection[int] | None = None
    if count is not None:
        last = sum(1 for _ in _clips(speakers, *cut)) - 1
        kept = set(np.linspace(0, last, min(count, last + 1)).round().astype(int))
    for place, (speaker, recording, number, clip) in enumerate(_clips(speakers, *cut)):
        if kept is None or place in kept:
            utt = f"{names[recording.path]}-{number:03d}"
            path = output_dir / "audio" / name / f"{utt}.flac"
            gain = MAX_PEAK / max(np.abs(clip).max(), MAX_PEAK)
            audio.write(path, gain * clip, SAMPLE_RATE)
            maps["wav.scp"][utt] = str(path)
            maps["utt2spk"][utt] = speaker.name
            maps["utt2rec"][utt] = f"real/{speaker.id_of(recording)}"
    for file, mapping in maps.items():
        write_scp(output_dir / name / file, mapping)


def _names(speakers: Sequence[Source]) -> dict[Path, str]:
    """Path of each recording -> its id."""
    owner: dict[str, Path] = {}
    for speaker in speakers:
        for recording in speaker.recordings:
            (alone,) = group(speaker.root, [recording], depth=None)
            if owner.setdefault(alone.name, recording.path) != recording.path:
                raise ValueError(
                    f"{recording.path}: expected a name of its own, got the id "
                    f"{alone.name!r} of {owner[alone.name]}. Rename it"
                )
    return {path: name for name, path in owner.items()}


def _clips(
    speakers: Sequence[Source],
    clip_seconds: float,
    hop_seconds: float | None,
    span: tuple[float, float],
) -> Iterator[tuple[Source, Recording, int, np.ndarray]]:
    """All clips, each with its number in its recording."""
    for speaker in speakers:
        for recording in speaker.recordings:
            wave, _ = audio.read(recording.path, SAMPLE_RATE)
            wave = wave[slice(*(round(share * len(wave)) for share in span))]
            for number, clip in enumerate(_cut(wave, clip_seconds, hop_seconds)):
                yield speaker, recording, number, clip


def _cut(
    wave: np.ndarray, clip_seconds: float, hop_seconds: float | None
) -> list[np.ndarray]:
    size = round(clip_seconds * SAMPLE_RATE)
    if hop_seconds is None:
        parts = max(1, math.ceil(len(wave) / size - 0.01))  # no clip of a few ms
        return np.array_split(wave[: parts * size], parts)
    hop = round(hop_seconds * SAMPLE_RATE)
    return [wave[i : i + size] for i in range(0, len(wave) - size + 1, hop)]
