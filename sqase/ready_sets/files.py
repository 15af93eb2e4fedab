r"""Which files of a corpus with ready sets are in which set.

A corpus is described by a settings file, as `egs/vctk_noisy/conf/corpus.yaml`:

    source:   where to get it, in one line
    tree:     drawing of its folders
    parts:    folders needed beside those of the sets; may be left out
    sets:     name -> folders      of the inputs; where there are references, each with
                                   the folder of its references
                      files        regular expression that matches the whole path of
                                   every sound file, from its folder. The group `id`
                                   becomes the utterance's id, which may hold `/`, and
                                   the group `speaker`, if there is one, its speaker
                      reference    path of the reference in its folder, with {id} and
                                   other groups, or a list of paths of which the first
                                   that is there counts; left out where there are no
                                   references
                      list         text file of the corpus: take these files alone, with
                                   which its lines begin as <folder>/<name>
                      only, other_than      group -> list of texts: take the files of
                                   these alone; leave these out. So two sets divide one
                                   folder
                      fresh        how fresh mixtures are drawn from the speech and the
                                   noise of these pairs, in training; keys as in
                                   `egs/folders/conf/data.yaml`, those of _FRESH below
                                   are required; may be left out
                      published    how many the corpus has; a warning says if there are
                                   more or fewer. May be left out
                      count        how many to take; left out: all

Where names of files repeat from folder to folder, the id takes in the folder:

    files: '(?P<id>(?P<speaker>s\d+)/u\d+)\.wav'      s1/u0.wav -> id s1/u0, speaker s1
    reference: '{id}.wav'
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqase.data.inputs import find
from sqase.data.listings import as_id
from sqase.simulation.settings import VARIETY, check_keys

_TOP = {"source", "tree", "parts", "sets"}
_SET = {"folders", "files", "reference", "list", "only", "other_than", "fresh"}
_FRESH = {"seed", "clip_seconds", "level_range_dbfs", "reverb_share", "snr_range_db"}


@dataclass(frozen=True)
class Utterance:
    """One input of a corpus, and its reference if there is one."""

    id: str
    speaker: str
    noisy: Path
    reference: Path | None


def check_settings(
    settings: Mapping[str, Any], settings_file: str | Path = "corpus settings"
) -> None:
    """Refuse settings that say what is not said at the head of this module.

    Args:
        settings: those of a corpus.
        settings_file: where they stand, for the errors.

    Raises:
        ValueError: what is wrong with them.
    """
    check_keys(str(settings_file), settings, _TOP - {"parts"}, _TOP)
    for name, chosen in settings["sets"].items():
        where = f"{settings_file}: sets: {name}"
        check_keys(where, chosen, {"folders", "files"}, _SET | {"published", "count"})
        if ("reference" in chosen) != isinstance(chosen["folders"], Mapping):
            raise ValueError(
                f"{where}: expected folders with folders of their references and "
                "`reference`, or a list of folders and no `reference`, got a half of each"
            )
        if "fresh" in chosen:
            check_keys(f"{where}: fresh", chosen["fresh"], _FRESH, _FRESH | VARIETY)
        groups = _groups(where, chosen["files"])
        for choice in ("only", "other_than"):
            wanted = chosen.get(choice, {})
            check_keys(f"{where}: {choice}", wanted, set(), groups)
            for group, values in wanted.items():
                texts = isinstance(values, list) and [str(v) for v in values]
                if texts != values:
                    raise ValueError(
                        f"{where}: {choice}: {group}: expected a list of texts, such "
                        f"as ['5'], got {values!r}. Put numbers in quotes"
                    )


def _groups(where: str, files: str) -> set[str]:
    """Names of the groups of a regular expression of files."""
    try:
        groups = set(re.compile(files).groupindex)
    except re.error as error:
        raise ValueError(
            f"{where}: files: expected a regular expression, got {files}: {error}"
        ) from None
    if "id" not in groups:
        raise ValueError(f"{where}: files: expected a group (?P<id>...), got {files}")
    return groups


def check_tree(corpus_dir: Path, settings: Mapping[str, Any]) -> None:
    """Refuse a corpus in which something is missing, and draw what it should be."""
    needed = dict.fromkeys(settings.get("parts", ()), "folder")
    for chosen in settings["sets"].values():
        for noisy, references in _folders(chosen).items():
            needed |= dict.fromkeys([noisy, references or noisy], "folder")
        if "list" in chosen:
            needed[chosen["list"]] = "file"
    for name, kind in needed.items():
        if not (corpus_dir / name).exists():
            raise FileNotFoundError(
                f"corpus {corpus_dir}: expected the {kind} {name} in it, found none. "
                f"{how_to_get(settings)}"
            )


def how_to_get(settings: Mapping[str, Any]) -> str:
    """What a corpus should look like, and where it comes from; ends a message."""
    return (
        f"It should be\n\n{settings['tree'].rstrip()}\n\n"
        f"Get it from {settings['source'].strip()}"
    )


def _folders(settings: Mapping[str, Any]) -> dict[str, str | None]:
    """Folder of inputs -> folder of their references or None."""
    folders = settings["folders"]
    return dict(folders if isinstance(folders, Mapping) else dict.fromkeys(folders))


def list_set(
    corpus_dir: Path,
    name: str,
    settings: Mapping[str, Any],
    settings_file: str | Path = "corpus settings",
) -> list[Utterance]:
    """The utterances of a set.

    Prints, on stderr, if the corpus has another number of them than was published.

    Args:
        corpus_dir: the corpus as it was unpacked.
        name: of the set.
        settings: of the set, as `check_settings` lets them pass.
        settings_file: where they stand, for the errors.

    Returns:
        The utterances, sorted by id.

    Raises:
        FileNotFoundError: no sound file at the reference's path, or a listed one.
        ValueError: a name that `files` does not describe, an id twice, no utterance.
    """
    utterances: dict[str, Utterance] = {}
    for path, match, references in _wanted_files(
        corpus_dir, name, settings, settings_file
    ):
        found = _utterance(path, match, references, settings, settings_file)
        if found.id in utterances:
            raise ValueError(
                f"{path}: expected an id of its own, got {found.id!r} of "
                f"{utterances[found.id].noisy}. Remove one of them, or let the group "
                f"`id` of `files` in {settings_file} take more of the path"
            )
        utterances[found.id] = found
    if not utterances:
        only = settings.get("only", {}).items()
        wanted = [f"{group} {' or '.join(values)}" for group, values in only]
        raise ValueError(
            f"corpus {corpus_dir}: {name}: expected files of "
            f"{', '.join(wanted) or 'any kind'} in {', '.join(_folders(settings))}, "
            f"found none. Correct `only` or `other_than` in {settings_file}, or copy "
            "the corpus again"
        )
    published = settings.get("published", len(utterances))
    if published != len(utterances):
        print(
            f"warning: corpus {corpus_dir}: {name}: expected the {published} "
            f"utterances that were published, found {len(utterances)}",
            file=sys.stderr,
        )
    return [utterances[utt] for utt in _draw(utterances, settings.get("count"))]


def _wanted_files(
    corpus_dir: Path, name: str, settings: Mapping[str, Any], settings_file: str | Path
) -> Iterator[tuple[Path, re.Match, Path | None]]:
    """Path of an input, match of its name, and folder of its reference or None."""
    pattern = re.compile(settings["files"])
    listed = _listed(corpus_dir / settings["list"]) if "list" in settings else None
    missing = set(listed or ())
    for noisy, references in _folders(settings).items():
        folder = corpus_dir / noisy
        for path in find(folder):
            inside = path.relative_to(folder).as_posix()
            match = pattern.fullmatch(inside)
            if not match:
                raise ValueError(
                    f"corpus {corpus_dir}: {name}: expected files called like "
                    f"{settings['files']} in {folder}, got {inside}. Correct `files` "
                    f"in {settings_file}, or remove or rename the file"
                )
            if _is_wanted(match, settings) and (
                listed is None or path.parts[-2:] in listed
            ):
                missing.discard(path.parts[-2:])
                yield path, match, references and corpus_dir / references
    if missing:
        raise FileNotFoundError(
            f"{corpus_dir / settings['list']}: expected the listed file "
            f"{'/'.join(min(missing))} in one of {', '.join(_folders(settings))}, "
            f"found none ({len(missing)} missing). Copy the corpus again"
        )


def _listed(path: Path) -> set[tuple[str, ...]]:
    """Folder and name of the files with which the lines of a list begin."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {Path(line.split()[0]).parts[-2:] for line in lines if line.strip()}


def _is_wanted(match: re.Match, settings: Mapping[str, Any]) -> bool:
    only, other_than = settings.get("only", {}), settings.get("other_than", {})
    return all(match[group] in values for group, values in only.items()) and not any(
        match[group] in values for group, values in other_than.items()
    )


def _utterance(
    path: Path,
    match: re.Match,
    references: Path | None,
    settings: Mapping[str, Any],
    settings_file: str | Path,
) -> Utterance:
    groups = match.groupdict()
    utt = as_id(groups["id"])
    reference = None
    if references:
        names = settings["reference"]
        names = [names] if isinstance(names, str) else names
        candidates = [references / name.format(**groups) for name in names]
        reference = next(filter(Path.is_file, candidates), None)
        if reference is None:
            raise FileNotFoundError(
                f"{path}: expected its reference {candidates[0]}, found none. "
                f"Correct `reference` in {settings_file}, or copy the corpus again"
            )
    return Utterance(utt, as_id(groups.get("speaker") or utt), path, reference)


def _draw(utterances: Collection[str], count: int | None) -> list[str]:
    """The first `count` in the order of a digest of the id, then sorted; None: all."""
    order = sorted(utterances, key=lambda utt: hashlib.sha256(utt.encode()).digest())
    return sorted(order[:count])
