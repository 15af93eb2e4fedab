"""A set of mixtures: made by several processes, then a data directory."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from sqase.data.data_dir import write_scp
from sqase.runtime.atomic import replacing
from sqase.runtime.progress import track
from sqase.runtime.shards import Shard
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
    kept: Path,
    shard: Shard = Shard(),
) -> None:
    """Make the mixtures of a set and its data directory, or a part of the mixtures.

    Goes on where it was interrupted.

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
        kept: folder of what is made, until all of it is; only for the same data.
        shard: the part to make, for the one that writes the data directory.
    """
    work = partial(
        make, output_dir / "audio" / name, reference != "none", seconds, seed
    )
    journal = kept / f"{shard}.jsonl"
    rows = _resume(journal)
    todo = [mixture for mixture in shard.of(mixtures) if mixture.utt not in rows]
    with ProcessPoolExecutor(nj) as pool, journal.open("a", encoding="utf-8") as lines:
        made = pool.map(work, todo, chunksize=8)
        for row in track(made, f"mixing {name}", "clips", len(todo)):
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            rows[row["utt"]] = row
    if shard.whole:
        rows = {mixture.utt: rows[mixture.utt] for mixture in mixtures}
        _write_tables(output_dir / name, rows, reference)


def _resume(journal: Path) -> dict[str, dict[str, str]]:
    """Rows of the mixtures that are made: utterance -> row.

    From this journal and those of other parts beside it. A line that was cut is
    dropped, from this one for good.
    """
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.touch()
    rows = []
    for path in sorted(journal.parent.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            whole = [line for line in lines if line.endswith("\n")]
        if path == journal:
            with replacing(journal) as part:
                part.write_text("".join(whole), encoding="utf-8")
        rows += map(json.loads, whole)
    return {row["utt"]: row for row in rows}


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
