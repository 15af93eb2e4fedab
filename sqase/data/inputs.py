"""What a user points at: sound files, folders of them, scp files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterable, Iterator

from sqase.data.listings import read_scp

# What is taken for sound; the second line libsndfile cannot read, which is said.
SUFFIXES = frozenset(
    ".wav .flac .ogg .oga .opus .mp3 .aiff .aif .aifc .au .caf .w64 .rf64 .sph "
    ".m4a .aac .mp4 .wma .amr .webm .mka".split()
)


def find(folder: str | Path) -> list[Path]:
    """Every file below a folder that is named like sound, sorted.

    Links to folders are followed, but for those that lead back up; hidden files are
    not for us.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: no such file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"audio folder {folder}: no such folder")
    paths = sorted(
        path
        for path in _walk(folder)
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )
    if not paths:
        raise ValueError(
            f"audio folder {folder}: expected sound files "
            f"({' '.join(sorted(SUFFIXES))}), found none"
        )
    return paths


def _walk(folder: Path, above: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file below a folder; `above` are the real paths of those that it is in."""
    here = os.path.realpath(folder)
    if any(f"{path}/".startswith(f"{here}/") for path in above):
        return
    for path in folder.iterdir():
        if os.path.isdir(path):
            yield from _walk(path, (*above, here))
        else:
            yield path


def collect(
    given: Iterable[str | Path], *, outside: str | Path | None = None
) -> dict[str, Path]:
    """Sound files by name, in the order given.

    Args:
        given: a folder gives every sound file below it, named by its path in it; an
            scp file its lines, named by id and suffix; anything else is a sound file,
            named as it is. Whether that can be read is not looked at.
        outside: leave out what lies in this folder.

    Raises:
        FileNotFoundError: no such scp file.
        ValueError: a folder without sound, a bad scp file, two files of one name.
    """
    found: dict[str, Path] = {}
    barrier = None if outside is None else Path(os.path.realpath(outside))
    for name, path in (pair for item in given for pair in _of(Path(item))):
        if barrier is not None and barrier in Path(os.path.realpath(path)).parents:
            continue
        if found.setdefault(name, path) != path:
            raise ValueError(
                f"input {path}: expected a name of its own, got {name} as {found[name]} "
                "has. Give the folder that both are in"
            )
    if not found:
        raise ValueError(f"input: expected sound files outside of {outside}, got none")
    return found


def _of(item: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths of one thing given."""
    if item.is_dir():
        for path in find(item):
            yield path.relative_to(item).as_posix(), path
    elif item.suffix == ".scp":
        for name, value in read_scp(item).items():
            yield name + Path(value).suffix, Path(value)
    else:
        yield item.name, item
