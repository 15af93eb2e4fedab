"""A set of mixtures: made by several processes, then a data directory."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tqdm import tqdm

from sqase.atomic import replacing
from sqase.data_dir import write_scp
from sqase.simulation.mixtures import Mixture, make


def write_set(
    output_dir: Path,
    name: str,
    mixtures: Sequence[Mixture],
    *,
    reference: str,
    seconds: float,
    seed: int,
    nj: int,
    digest: str = "",
) -> None:
    """Make the mixtures of a set and its data directory.

    Goes on where it was interrupted, if that was made from the same.

    Args:
        output_dir: gets the data directory `<name>/`, and FLAC files in
            `audio/<name>/noisy/` and `audio/<name>/reference/`.
        name: of the set.
        mixtures: what to make.
        reference: "kept" in spk1.scp, "withheld" from training in
            scoring_reference.scp, or "none".
        seconds: length of each clip.
        seed: of the places at which recordings are cut.
        nj: worker processes.
        digest: of what the set is made from.
    """
    work = partial(
        make, output_dir / "audio" / name, reference != "none", seconds, seed
    )
    journal = output_dir / name / ".mixtures.jsonl"
    rows = _resume(journal, digest)
    todo = [mixture for mixture in mixtures if mixture.utt not in rows]
    with ProcessPoolExecutor(nj) as pool, journal.open("a", encoding="utf-8") as lines:
        made = pool.map(work, todo, chunksize=8)
        count = {"initial": len(rows), "total": len(mixtures)}
        for row in tqdm(made, desc=f"mixing {name}", unit="clip", **count):
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            rows[row["utt"]] = row
    rows = {mixture.utt: rows[mixture.utt] for mixture in mixtures}
    _write_tables(output_dir / name, rows, reference)
    journal.unlink()


def _resume(journal: Path, digest: str) -> dict[str, dict[str, str]]:
    """Rows of the mixtures that an interrupted run had made: utterance -> row.

    The journal's first line says what it was made from. After another digest it
    starts afresh, and a line that was cut is dropped.
    """
    head, rows = json.dumps({"made from": digest}) + "\n", []
    if journal.exists():
        with journal.open(encoding="utf-8") as lines:
            if next(lines, "") == head:
                rows = [line for line in lines if line.endswith("\n")]
    with replacing(journal) as part:
        part.write_text(head + "".join(rows), encoding="utf-8")
    return {row["utt"]: row for row in map(json.loads, rows)}


def _write_tables(
    data_dir: Path, rows: Mapping[str, Mapping[str, str]], reference: str
) -> None:
    """The files of a data directory, and mixtures.csv: all that was drawn."""
    columns = {
        "wav.scp": "noisy",
        "utt2spk": "speaker",
        "utt2noise": "noise",
        "utt2rec": "recordings",
        "utt2rir": "room",
    }
    if reference != "none":
        kept = reference == "kept"
        columns["spk1.scp" if kept else "scoring_reference.scp"] = "reference"
    for file, column in columns.items():
        write_scp(data_dir / file, {utt: row[column] for utt, row in rows.items()})
    names = dict.fromkeys(name for row in rows.values() for name in row)
    with replacing(data_dir / "mixtures.csv") as part:
        with part.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, fieldnames=list(names))
            table.writeheader()
            table.writerows(rows.values())
