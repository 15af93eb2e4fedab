"""Data directories: the only interface between a corpus and everything else.

A data directory holds text files of lines `<id> <value>`, sorted by id in the C
locale, one line for each utterance:

    wav.scp       path of the input                                  required
    utt2spk       speaker: the cluster that intervals are drawn over  required
    spk1.scp      path of the reference     absent: a set without references
    committee.scp path of what each published enhancer made of the input, a channel
                  each; their mean is the committee
    utt2hasref    1, or 0 where spk1.scp only repeats the input
    utt2noise utt2rec utt2rir     what a mixture is made of (`sqase.data.partition`);
                  utt2rec may hold several names, utt2rir `dry`
    scoring_reference.scp         references for scoring, kept from training

A leaderboard holds clips of known quality, with ids `<system>-<utterance>`:

    wav.scp                       the clip
    utt2sys utt2utt               its system and its utterance
    noisy.scp spk1.scp            the input and reference it is of; each may be absent
    committee.scp utt2members     what published enhancers made of the input, and the
                                  numbers of the channels that may judge the clip, not
                                  being what it was made from; both may be absent
    sys2kind                      noisy, clean, enhancer, published, committee, blend,
                                  distortion or edit; absent where all are enhancers' outputs
    labels.jsonl                  its true scores (`read_labels`)

Ids hold no white space; values may. Paths are absolute, or relative to the
directory that the recipe runs in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sqase.data.listings import as_id, read_labels, read_scp, write_labels, write_scp

__all__ = [
    "as_id",
    "read_labels",
    "read_scp",
    "validate",
    "validate_leaderboard",
    "write_labels",
    "write_scp",
]

_PATHS = ("wav.scp", "spk1.scp", "noisy.scp", "scoring_reference.scp", "committee.scp")
_FACTS = ("utt2spk", "utt2hasref", "utt2noise", "utt2rec", "utt2rir")


def validate(
    data_dir: str | Path,
    *,
    with_reference: bool | None = None,
    check_audio: bool = False,
    sample_rate: int = 16000,
) -> dict[str, str]:
    """Check a data directory as far as its readers rely on it.

    Args:
        data_dir: the directory.
        with_reference: True requires spk1.scp, False forbids it, None takes both.
        check_audio: also open the header of every sound file: rate, one channel,
            and the same length for all files of an utterance.
        sample_rate: Hz, for `check_audio`.

    Returns:
        wav.scp as a mapping.

    Raises:
        FileNotFoundError, ValueError: the first thing found wrong.
    """
    data_dir = Path(data_dir)
    files = _read(data_dir, ("wav.scp", "utt2spk"), _PATHS + _FACTS)
    if with_reference is not None and with_reference != ("spk1.scp" in files):
        raise ValueError(
            f"data directory {data_dir}: expected {'a' if with_reference else 'no'} "
            f"spk1.scp, found {'none' if with_reference else 'one'}. "
            "Use a set of the other kind"
        )
    if "utt2hasref" in files:
        _check_stand_ins(data_dir, files)
    _check_paths(data_dir, files, sample_rate if check_audio else None)
    return files["wav.scp"]


def validate_leaderboard(
    data_dir: str | Path,
    *,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    check_audio: bool = False,
    sample_rate: int = 16000,
) -> dict[str, str]:
    """Check a leaderboard; labels.jsonl may still be absent.

    Args:
        data_dir: the directory.
        ranges: of the metrics that labels may have, see `read_labels`.
        check_audio, sample_rate: as for `validate`.

    Returns:
        wav.scp as a mapping.

    Raises:
        FileNotFoundError, ValueError: the first thing found wrong.
    """
    data_dir = Path(data_dir)
    names = ("wav.scp", "utt2sys", "utt2utt")
    optional = ("noisy.scp", "spk1.scp", "committee.scp", "utt2members")
    files = _read(data_dir, names, names + optional)
    _check_members(data_dir, files)
    systems = files["utt2sys"]
    for clip, utterance in files["utt2utt"].items():
        if clip != f"{systems[clip]}-{utterance}":
            raise ValueError(
                f"{data_dir / 'utt2utt'}: {clip}: expected the id "
                f"{systems[clip]}-{utterance}. Ids are <system>-<utterance>"
            )
    labels = data_dir / "labels.jsonl"
    if labels.exists():
        rows = {row["id"]: row["system"] for row in read_labels(labels, ranges)}
        _check_ids(labels, rows, files["wav.scp"])
        for clip, system in rows.items():
            if system != systems[clip]:
                raise ValueError(
                    f"{labels}: {clip}: expected system {systems[clip]}, got {system}"
                )
    _check_paths(data_dir, files, sample_rate if check_audio else None)
    return files["wav.scp"]


def _read(
    data_dir: Path, required: Collection[str], known: Collection[str]
) -> dict[str, dict[str, str]]:
    """Read the files that are there; all must have the ids of wav.scp."""
    if not data_dir.is_dir():
        raise FileNotFoundError(
            f"data directory {data_dir}: no such directory. "
            "Run the stage that writes it"
        )
    files = {
        name: read_scp(data_dir / name)
        for name in known
        if name in required or (data_dir / name).exists()
    }
    for name, mapping in files.items():
        _check_ids(data_dir / name, mapping, files["wav.scp"])
    return files


def _check_ids(path: Path, got: Collection[str], wav: Collection[str]) -> None:
    """Refuse ids that are not those of wav.scp."""
    wanted = set(wav)
    for problem, ids in (("no", wanted - set(got)), ("unknown", set(got) - wanted)):
        if ids:
            raise ValueError(
                f"{path}: expected the {len(wav)} ids of wav.scp, got {len(got)}: "
                f"{problem} line for {min(ids)!r} and {len(ids) - 1} more. "
                "Add or remove them in one of the two files"
            )


def _check_stand_ins(data_dir: Path, files: Mapping[str, Mapping[str, str]]) -> None:
    """utt2hasref 0 means exactly: the reference is the input itself."""
    path = data_dir / "utt2hasref"
    if "spk1.scp" not in files:
        raise ValueError(f"{path}: expected spk1.scp beside it, found none. Remove it")
    for utt, flag in files["utt2hasref"].items():
        same = files["wav.scp"][utt] == files["spk1.scp"][utt]
        if flag != ("0" if same else "1"):
            raise ValueError(
                f"{path}: {utt}: expected {'0' if same else '1'} (its spk1.scp "
                f"{'repeats' if same else 'differs from'} wav.scp), got {flag}"
            )


def _check_members(data_dir: Path, files: Mapping[str, Mapping[str, str]]) -> None:
    """A committee needs members, and they are numbers of channels."""
    path = data_dir / "utt2members"
    if ("committee.scp" in files) != ("utt2members" in files):
        raise ValueError(
            f"{path}: expected it and committee.scp or neither, found one of them. "
            "Make the leaderboard again"
        )
    for clip, numbers in files.get("utt2members", {}).items():
        if not all(number.isdecimal() for number in numbers.split()):
            raise ValueError(
                f"{path}: {clip}: expected numbers of channels, got {numbers!r}"
            )


def _check_paths(
    data_dir: Path, files: Mapping[str, Mapping[str, str]], sample_rate: int | None
) -> None:
    """All files exist; with a rate, also that rate, one channel, equal lengths."""
    lengths: dict[str, float] = {}
    for name in _PATHS:
        for utt, path in files.get(name, {}).items():
            where = f"{data_dir / name}: {utt}"
            if not Path(path).is_file():
                raise FileNotFoundError(
                    f"{where}: expected a sound file, found no {path}. "
                    "Paths start from the directory that the recipe runs in"
                )
            if sample_rate is not None:
                channels = None if name == "committee.scp" else 1
                seconds = _checked_seconds(where, path, sample_rate, channels)
                if seconds != lengths.setdefault(utt, seconds):
                    raise ValueError(
                        f"{where}: expected {lengths[utt]:.4f} s as in wav.scp, "
                        f"got {seconds:.4f} s in {path}. Cut both alike"
                    )


def _checked_seconds(
    where: str, path: str, sample_rate: int, channels: int | None
) -> float:
    from sqase.sound import audio  # the only part that needs more than the stdlib

    sound = audio.header(path)
    found = sound.sample_rate, sound.channels
    if found != (sample_rate, channels or sound.channels):
        raise ValueError(
            f"{where}: expected {sample_rate} Hz and {channels or 'any'} channel, got "
            f"{sound.sample_rate} Hz and {sound.channels} in {path}. Convert it"
        )
    return sound.seconds
