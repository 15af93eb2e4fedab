"""What an enhancement model trains on: rows of data directories, laid together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sqase.data.data_dir import read_scp, validate, write_scp
from sqase.runtime.seeding import draw
from sqase.sound import audio

COMMITTEE = "committee.scp"


def choose_rows(wav: Mapping[str, str], count: int | None) -> dict[str, str]:
    """The lines of a wav.scp that are trained on: `count` at most, or all of them.

    A digest of the ids chooses, so it is the same ones whoever asks.
    """
    return {
        utt: wav[utt] for utt in draw("rows", wav, len(wav) if count is None else count)
    }


def combine(
    output_dir: str | Path,
    with_reference: Sequence[str | Path],
    without_reference: str | Path | None,
    count: int | None = None,
    committee: Mapping[str | Path, str | Path] = MappingProxyType({}),
) -> None:
    """Join sets with references, and one without, if given, into one for training.

    Where there is no reference, spk1.scp repeats the input and utt2hasref says 0.

    Args:
        output_dir: the data directory that is written.
        with_reference, without_reference: data directories.
        count: see `choose_rows`; of each set.
        committee: set -> folder whose committee.scp says what published enhancers made
            of its rows. Where one set has it, the rows of others get silence.

    Raises:
        ValueError: a set that is not valid, an id in two, a row without a committee.
    """
    output_dir = Path(output_dir)
    columns: dict[str, dict] = {}
    folders = [(folder, True) for folder in with_reference]
    folders += [(folder, False) for folder in [without_reference] if folder is not None]
    for folder, known in folders:
        rows = choose_rows(validate(folder, with_reference=known), count)
        if twice := sorted(rows.keys() & columns.get("wav.scp", {}).keys()):
            raise ValueError(
                f"{folder}: expected ids that {with_reference[0]} has not, got "
                f"{len(twice)} that it has, {twice[0]!r} first. Rename them"
            )
        tables = {
            "wav.scp": rows,
            "spk1.scp": read_scp(Path(folder) / "spk1.scp") if known else rows,
            "utt2spk": read_scp(Path(folder) / "utt2spk"),
            "utt2hasref": dict.fromkeys(rows, int(known)),
        }
        if folder in committee:
            tables[COMMITTEE] = _of_committee(Path(committee[folder]), folder, rows)
        elif committee:
            silent = _silent(output_dir, next(iter(committee.values())))
            tables[COMMITTEE] = dict.fromkeys(rows, silent)
        for name, table in tables.items():
            columns.setdefault(name, {}).update({utt: table[utt] for utt in rows})
    for name, mapping in columns.items():
        write_scp(output_dir / name, mapping)
    validate(output_dir, with_reference=True)


def _of_committee(
    committee: Path, data_dir: str | Path, rows: Mapping[str, str]
) -> dict[str, str]:
    """What a committee made of the rows of a data directory."""
    path = committee / COMMITTEE
    made = read_scp(path)
    if lacking := sorted(rows.keys() - made.keys()):
        raise ValueError(
            f"{path}: expected a line for each row of {data_dir} that is trained on, got "
            f"none for {len(lacking)}, {lacking[0]!r} first. Make it again"
        )
    return made


def _silent(folder: Path, committee: str | Path) -> str:
    """A file of as many channels as those of a committee: no member made anything."""
    path = folder / "no_committee.wav"
    made = next(iter(read_scp(Path(committee) / COMMITTEE).values()))
    facts = audio.header(made)
    audio.write(path, np.zeros((1, facts.channels), np.float32), facts.sample_rate)
    return str(path)
