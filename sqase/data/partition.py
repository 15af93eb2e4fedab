"""Who may be heard where: disjoint parts, and the check that they are disjoint."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sqase.data.data_dir import read_scp, validate
from sqase.runtime.provenance import digest_file
from sqase.runtime.seeding import rng_for
from sqase.sound import audio

_SOUND = ("wav.scp", "spk1.scp", "scoring_reference.scp")
DRY = "dry"  # in utt2rir: not convolved with any room response
_KINDS = {
    "utt2spk": "speaker",
    "utt2noise": "noise kind",
    "utt2rec": "recording",
    "utt2rir": "room response",
}


def partition(
    weights: Mapping[str, float], shares: Mapping[str, float], seed: int
) -> dict[str, list[str]]:
    """Divide named things over parts, each whole, close to the given shares.

    The largest goes first, equals in the order of a digest of their names; each
    goes to the part that is least filled for its share. So every part gets
    something as soon as there are as many things as parts.

    Args:
        weights: name -> minutes, or 1.0 to count heads.
        shares: part -> share of the total weight; ties go to the first part.
        seed: of the digest.

    Returns:
        Part -> names, sorted.

    >>> sizes = {"a": 60.0, "b": 20.0, "c": 20.0, "d": 10.0}
    >>> partition(sizes, {"train": 0.7, "test": 0.3}, seed=1)
    {'train': ['a', 'd'], 'test': ['b', 'c']}
    """
    filled = {part: 0.0 for part in shares}
    parts: dict[str, list[str]] = {part: [] for part in shares}
    order = {name: rng_for(name, seed).random() for name in weights}
    for name in sorted(weights, key=lambda name: (-weights[name], order[name])):
        part = min(filled, key=lambda part: filled[part] / shares[part])
        parts[part].append(name)
        filled[part] += weights[name]
    return {part: sorted(names) for part, names in parts.items()}


def check_disjoint(
    data_dirs: Sequence[str | Path], test_dirs: Sequence[str | Path] = ()
) -> list[str]:
    """Refuse directories that share a speaker, noise kind, recording, room or sound.

    Args:
        data_dirs: each file is checked in those that have it. Lines of utt2rec hold
            several names.
        test_dirs: further ones, which may share with each other.

    Returns:
        Lines of a table: minutes, utterances, and how many of each kind.

    Raises:
        ValueError: something occurs in two of them; sound, under whatever name.
    """
    part = {str(path): str(path) for path in data_dirs}
    part |= dict.fromkeys(map(str, test_dirs), "test")
    contents = {path: _contents(Path(path)) for path in part}
    for name, kind in _KINDS.items():
        owner: dict[str, str] = {}
        for data_dir, content in contents.items():
            for value in sorted(content[name]):
                if part[owner.setdefault(value, data_dir)] != part[data_dir]:
                    raise ValueError(
                        f"{data_dir}/{name}: {kind} {value!r}: expected it in one "
                        f"set only, found it in {owner[value]} too. Divide the "
                        "corpus again"
                    )
    _check_sound(part)
    return _table(contents)


def _check_sound(part: Mapping[str, str]) -> None:
    """Refuse files of the same content in two parts; `part`: of each directory."""
    by_size: dict[int, dict[str, str]] = {}  # size -> file -> directory that names it
    for data_dir in part:
        for scp in _SOUND:
            if Path(data_dir, scp).exists():
                for path in read_scp(Path(data_dir, scp)).values():
                    alike = by_size.setdefault(Path(path).stat().st_size, {})
                    _expect_one(alike, path, data_dir, part, path)
    for alike in by_size.values():
        if len({part[data_dir] for data_dir in alike.values()}) > 1:
            owner: dict[str, str] = {}
            for path, data_dir in alike.items():
                _expect_one(owner, digest_file(path), data_dir, part, path)


def _expect_one(
    owner: dict[str, str], thing: str, data_dir: str, part: Mapping[str, str], path: str
) -> None:
    """Refuse a thing that a directory of another part has, too."""
    if part[owner.setdefault(thing, data_dir)] != part[data_dir]:
        raise ValueError(
            f"{data_dir}: sound {path}: expected it in one set only, found the same in "
            f"{owner[thing]} too. Remove it from one"
        )


def _contents(data_dir: Path) -> dict[str, set[str]]:
    """Kind of thing -> its names in a directory."""
    return {
        name: (
            {
                value
                for line in read_scp(data_dir / name).values()
                for value in line.split()
            }
            - {DRY}
            if (data_dir / name).exists()
            else set()
        )
        for name in _KINDS
    }


def _table(contents: Mapping[str, Mapping[str, Collection[str]]]) -> list[str]:
    """One line a directory."""
    width = max(len(name) for name in contents)
    heads = [f"{kind}s" for kind in _KINDS.values()]
    lines = ["  ".join([f"{'set':{width}}", "minutes", "clips", *heads])]
    for data_dir, content in contents.items():
        wav = validate(data_dir)
        minutes = sum(audio.duration(path) for path in wav.values()) / 60
        cells = [f"{len(content[n]):{len(h)}d}" for n, h in zip(_KINDS, heads)]
        lines.append(
            "  ".join([f"{data_dir:{width}}", f"{minutes:7.1f}", f"{len(wav):5d}"])
            + "  "
            + "  ".join(cells)
        )
    return lines
