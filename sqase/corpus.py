"""Corpora that come with ready sets: their files become data directories.

A corpus is described by a settings file, as `egs/vctk_noisy/conf/corpus.yaml`:

    source:   where to get it, in one line
    tree:     drawing of its folders
    parts:    folders needed beside those of the sets; may be left out
    sets:     name -> noisy        folder of the inputs
                      files        regular expression of their paths in it, of which
                                   the group `id` becomes the utterance's id and the
                                   group `speaker`, if there is one, its speaker
                      reference    path of the reference, with {id} and other groups;
                                   left out where there are no references
                      speakers, other_than      take these alone; leave these out
                      published    how many the corpus has
                      count        how many to take; left out: all

What is not 16 kHz and one channel is converted into FLAC, the rest is used as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from sqase import audio
from sqase.atomic import is_done, mark_done
from sqase.data_dir import as_id, validate, write_scp
from sqase.simulation import SAMPLE_RATE
from sqase.simulation.mixing import MAX_PEAK
from sqase.simulation.settings import check_keys
from sqase.inputs import find

_TOP = {"source", "tree", "parts", "sets"}
_SET = {"noisy", "files", "reference", "speakers", "other_than", "published", "count"}


@dataclass(frozen=True)
class Utterance:
    """One input of a corpus, and its reference if there is one."""

    id: str
    speaker: str
    noisy: Path
    reference: Path | None


def prepare(
    corpus_dir: str | Path, settings: Mapping[str, Any], output_dir: str | Path, nj: int
) -> None:
    """Make the data directory of every set that is not there yet.

    Args:
        corpus_dir: the corpus as it was unpacked.
        settings: see the head of this module.
        output_dir: gets a data directory for each set, and converted sound in
            `audio/<set>/{noisy,reference}/`, which an interruption does not lose.
        nj: worker processes.

    Raises:
        FileNotFoundError: a folder or a reference is not there.
        ValueError: unknown settings, a file that is called like none of the corpus,
            a pair of different lengths, a set made from other files.
    """
    _check_settings(settings)
    corpus_dir, output_dir = Path(corpus_dir), Path(output_dir)
    check_tree(corpus_dir, settings)
    for name, chosen in settings["sets"].items():
        utterances = list_set(corpus_dir, name, chosen)
        digest = _digest(chosen, utterances)
        if is_done(output_dir / name, digest):
            continue
        write_set(output_dir, name, utterances, nj)
        validate(output_dir / name, check_audio=True)
        mark_done(output_dir / name, digest)


def check_tree(corpus_dir: Path, settings: Mapping[str, Any]) -> None:
    """Refuse a corpus in which a folder is missing, and draw what it should be."""
    needed = dict.fromkeys(settings.get("parts", ()))
    for chosen in settings["sets"].values():
        needed[chosen["noisy"]] = None
        if "reference" in chosen:
            parents = Path(chosen["reference"].partition("{")[0] + "x").parent
            needed[parents.as_posix()] = None
    for folder in needed:
        if not (corpus_dir / folder).is_dir():
            raise FileNotFoundError(
                f"corpus {corpus_dir}: expected the folder {folder} in it, found none. "
                f"It should be\n\n{settings['tree'].rstrip()}\n\n"
                f"Get it from {settings['source'].strip()}"
            )


def list_set(
    corpus_dir: Path, name: str, settings: Mapping[str, Any]
) -> list[Utterance]:
    """The utterances of a set, sorted by id.

    Prints, on stderr, if the corpus has another number of them than was published.

    Raises:
        FileNotFoundError: no sound file at the reference's path.
        ValueError: a name that `files` does not describe, an id twice, no utterance.
    """
    folder = corpus_dir / settings["noisy"]
    pattern = re.compile(settings["files"])
    utterances: dict[str, Utterance] = {}
    for path in find(folder):
        inside = path.relative_to(folder).as_posix()
        match = pattern.fullmatch(inside)
        if not match:
            raise ValueError(
                f"corpus {corpus_dir}: {name}: expected files called like "
                f"{settings['files']} in {folder}, got {inside}. Remove or rename it"
            )
        found = _utterance(corpus_dir, path, match, settings)
        if not _is_wanted(found.speaker, settings):
            continue
        if found.id in utterances:
            raise ValueError(
                f"{path}: expected an id of its own, got {found.id!r} of "
                f"{utterances[found.id].noisy}. Remove one of them"
            )
        utterances[found.id] = found
    if not utterances:
        raise ValueError(
            f"corpus {corpus_dir}: {name}: expected files of "
            f"{', '.join(settings.get('speakers', ['any speaker']))} in {folder}, "
            "found none. Copy the corpus again"
        )
    published = settings.get("published", len(utterances))
    if published != len(utterances):
        print(
            f"warning: corpus {corpus_dir}: {name}: expected the {published} "
            f"utterances that were published, found {len(utterances)}",
            file=sys.stderr,
        )
    return [utterances[utt] for utt in _draw(utterances, settings.get("count"))]


def _utterance(
    corpus_dir: Path, path: Path, match: re.Match, settings: Mapping[str, Any]
) -> Utterance:
    groups = match.groupdict()
    utt = as_id(groups["id"])
    reference = None
    if "reference" in settings:
        reference = corpus_dir / settings["reference"].format(**groups)
        if not reference.is_file():
            raise FileNotFoundError(
                f"{path}: expected its reference {reference}, found none. "
                "Copy the corpus again"
            )
    return Utterance(utt, as_id(groups.get("speaker") or utt), path, reference)


def _is_wanted(speaker: str, settings: Mapping[str, Any]) -> bool:
    return speaker in settings.get("speakers", (speaker,)) and (
        speaker not in settings.get("other_than", ())
    )


def _draw(utterances: Collection[str], count: int | None) -> list[str]:
    """The first `count` in the order of a digest of the id, then sorted; None: all."""
    order = sorted(utterances, key=lambda utt: hashlib.sha256(utt.encode()).digest())
    return sorted(order[:count])


def write_set(
    output_dir: Path, name: str, utterances: list[Utterance], nj: int
) -> None:
    """Convert what has to be, and write the data directory `<output_dir>/<name>`."""
    work = partial(_convert, output_dir / "audio" / name)
    with ProcessPoolExecutor(nj) as pool:
        made = pool.map(work, utterances, chunksize=8)
        progress = tqdm(made, total=len(utterances), desc=name, unit="utterance")
        paths = dict(zip((utterance.id for utterance in utterances), progress))
    columns: dict[str, dict[str, Any]] = {
        "wav.scp": {utt: noisy for utt, (noisy, _) in paths.items()},
        "utt2spk": {utterance.id: utterance.speaker for utterance in utterances},
    }
    if utterances[0].reference:
        columns["spk1.scp"] = {utt: reference for utt, (_, reference) in paths.items()}
    for file, mapping in columns.items():
        write_scp(output_dir / name / file, mapping)


def _convert(audio_dir: Path, utterance: Utterance) -> tuple[Path, Path | None]:
    """Paths of the input and its reference (or None) at 16 kHz, one channel.

    Both share a gain, which is 1 unless a peak of the converted would exceed 1.
    """
    sources = {"noisy": utterance.noisy, "reference": utterance.reference}
    headers = {part: audio.header(path) for part, path in sources.items() if path}
    noisy, *others = headers.values()
    for other in others:
        if abs(other.seconds - noisy.seconds) > 1 / SAMPLE_RATE:
            raise ValueError(
                f"{other.path}: expected {noisy.seconds:.4f} s as in {noisy.path}, "
                f"got {other.seconds:.4f} s. Copy the corpus again"
            )
    if all((h.sample_rate, h.channels) == (SAMPLE_RATE, 1) for h in headers.values()):
        return utterance.noisy, utterance.reference
    targets = {part: audio_dir / part / f"{utterance.id}.flac" for part in headers}
    if not all(target.exists() for target in targets.values()):
        waves = [audio.read(header.path, SAMPLE_RATE)[0] for header in headers.values()]
        peak = max(np.abs(wave).max() for wave in waves)
        gain = MAX_PEAK / peak if peak > 1 else 1.0
        shortest = min(map(len, waves))
        for target, wave in zip(targets.values(), waves):
            audio.write(target, gain * wave[:shortest], SAMPLE_RATE)
    return targets["noisy"], targets.get("reference")


def _digest(settings: Mapping[str, Any], utterances: list[Utterance]) -> str:
    """Digest of a set's settings and of the names and sizes of its files."""
    files = [
        (utterance.id, path.name, path.stat().st_size)
        for utterance in utterances
        for path in (utterance.noisy, utterance.reference)
        if path
    ]
    content = json.dumps([settings, files], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _check_settings(settings: Mapping[str, Any]) -> None:
    check_keys("corpus settings", settings, _TOP - {"parts"}, _TOP)
    for name, chosen in settings["sets"].items():
        check_keys(f"corpus settings: sets: {name}", chosen, {"noisy", "files"}, _SET)
