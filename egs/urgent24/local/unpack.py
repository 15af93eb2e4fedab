"""Unpack the challenges' datasets and prepared listening tests.

Writes the sound of each clip as flac (16 kHz, one channel) and, for each phase and
listening test, a table `tables/{train,test}/<name>.jsonl` (see
`sqase.labels.published`). Files that are unpacked are not unpacked again.
"""

import argparse
import json
import math
import multiprocessing
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
import pyarrow.parquet

from sqase.bin import add_jobs_option, cli
from sqase.fetched.download import read_list
from sqase.labels.importing import as_number, read_rows
from sqase.runtime import config
from sqase.runtime.atomic import replacing
from sqase.runtime.progress import track
from sqase.sound import audio

SAMPLE_RATE = 16000
LONGEST_NAME = 120  # letters: of a file's name, a disk takes 255 bytes


@dataclass(frozen=True)
class Clip:
    """A clip as it is found; `sound` is the content of a sound file, or its path."""

    where: str
    system: str
    utterance: str
    sound: bytes | Path
    metrics: dict[str, float]


@dataclass(frozen=True)
class Source:
    """A file to unpack into a part of the table `<set>/<name>.jsonl`."""

    table: str
    path: Path

    def clips(self, settings: Mapping) -> Iterator[Clip]:
        """Read it."""
        name = Path(self.table).stem
        if self.path.suffix == ".parquet":
            return read_parquet(self.path, name)
        return read_csv(self.path, name, **settings["mos_corpora"][name])


def read_parquet(path: Path, name: str) -> Iterator[Clip]:
    """Clips of one file of a phase.

    A system is a submission; its id and that of the sample end in `_<number>`, and the
    number of a sample is that of the recording, the same for every submission.

    Raises:
        ValueError: another layout, or a file that is cut.
    """
    for number, row in enumerate(_rows(path), 1):
        where = f"{path}: row {number}"
        system, sample = row.get("system_id"), row.get("sample_id")
        sound = row.get("audio")
        if isinstance(sound, dict):  # as the library `datasets` stores it
            sound = sound.get("bytes")
        if not (system and sample and isinstance(sound, bytes)):
            raise ValueError(
                f"{where}: expected system_id, sample_id and audio with its bytes, "
                f"got columns {', '.join(row)}. The dataset has changed: take this "
                "phase out of conf/tables.yaml"
            )
        ids = (f"{name}_{text.rsplit('_', 1)[-1]}" for text in (system, sample))
        metrics = {k: v for k, v in row.items() if isinstance(v, (int, float))}
        if row.get("raw_ratings"):
            metrics["mos"] = fmean(row["raw_ratings"])
        yield Clip(where, *ids, sound, metrics)


def _rows(path: Path) -> Iterator[dict]:
    """Rows of a parquet file."""
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=32):
            yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise ValueError(
            f"{path}: expected a whole parquet file, got another ({error}). Fetch it "
            "again"
        ) from None


def read_csv(path: Path, name: str, clips: int, systems: bool) -> Iterator[Clip]:
    """Clips of a listening test; several lines of a sound file are its listeners.

    Args:
        path: has the columns wav_path, score, system_id and sample_id.
        name: of the corpus.
        clips: how many its publication counts.
        systems: whether system_id says which system a clip is of.

    Raises:
        ValueError: a missing column or score.
    """
    found: dict[str, tuple[str, dict, list[float]]] = {}
    for number, row in read_rows(path):
        where = f"{path}:{number}"
        lacking = {"wav_path", "score", "system_id", "sample_id"} - set(row)
        score = None if lacking else as_number(f"{where}: score", row["score"])
        if score is None:
            raise ValueError(
                f"{where}: expected wav_path, score, system_id and sample_id, got no "
                f"{', '.join(sorted(lacking)) or 'score'}. Prepare the corpus again"
            )
        found.setdefault(row["wav_path"], (where, row, []))[2].append(score)
    print(f"{name}: {len(found)} clips of the {clips} that were published")
    for sound, (where, row, scores) in found.items():
        system = f"{name}_{row['system_id']}" if systems else name
        utterance = f"{name}_{row['sample_id']}"
        yield Clip(where, system, utterance, Path(sound), {"mos": fmean(scores)})


def unpack(source: Source, settings: Mapping, output_dir: Path) -> Path:
    """Write the sound of a source and, last, its part of a table; returns the latter."""
    part = output_dir / "parts" / source.table / f"{source.path.stem}.jsonl"
    if part.exists():
        return part
    lines = []
    for clip in source.clips(settings):
        system, utterance = as_name(clip.system), as_name(clip.utterance)
        if max(len(system), len(utterance)) > LONGEST_NAME:
            raise ValueError(
                f"{clip.where}: expected names of systems and samples of at most "
                f"{LONGEST_NAME} letters, got {system}, {utterance}. Shorten them"
            )
        path = output_dir / "sound" / system / f"{utterance}.flac"
        row = {
            "audio_path": str(path),
            "system_id": system,
            "sample_id": utterance,
            "duration": write_sound(clip, path),
            "metrics": {k: v for k, v in clip.metrics.items() if math.isfinite(v)},
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    with replacing(part) as unfinished:
        unfinished.write_text("".join(lines), encoding="utf-8")
    return part


def as_name(text: str) -> str:
    """Text as a part of an id and of a file's name."""
    return re.sub(r"[^\w.+-]+", "_", text)


def write_sound(clip: Clip, path: Path) -> float:
    """Write a clip at 16 kHz, unless it is there; returns its seconds."""
    if path.exists():
        return audio.duration(path)
    with tempfile.NamedTemporaryFile() as file:
        source = clip.sound
        if isinstance(source, bytes):
            file.write(source)
            file.flush()
            source = file.name
        try:
            wave, _ = audio.read(source, SAMPLE_RATE)
        except (ValueError, FileNotFoundError) as error:
            raise ValueError(f"{clip.where}: {error}") from None
    audio.write(path, np.clip(wave, -1, 1), SAMPLE_RATE)
    return len(wave) / SAMPLE_RATE


def list_sources(
    settings: Mapping, files: Path, download_dir: Path, mos_dir: Path | None
) -> list[Source]:
    """What is to be unpacked.

    Raises:
        ValueError: no listening test in `mos_dir`.
    """
    tables = {
        phase: f"{part}/{phase.replace('/', '_')}"
        for part in ("train", "test")
        for phase in settings[part]
    }
    sources = [
        Source(tables[str(Path(file.path).parent)], download_dir / file.path)
        for file in read_list(files)
    ]
    if mos_dir is not None:
        paths = {c: mos_dir / c / "data" / "train.csv" for c in settings["mos_corpora"]}
        found = [Source(f"train/{c}", p) for c, p in paths.items() if p.is_file()]
        if not found:
            raise ValueError(
                f"--mos_dir {mos_dir}: expected CORPUS/data/train.csv of one of "
                f"{', '.join(paths)}, found none. Prepare one, or leave the option out"
            )
        sources += found
    return sources


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(prog="unpack", description=__doc__)
    parser.add_argument("--config", required=True, help="conf/tables.yaml")
    parser.add_argument("--list", type=Path, required=True, help="what was fetched")
    parser.add_argument("--download_dir", type=Path, required=True)
    parser.add_argument("--mos_dir", type=Path)
    add_jobs_option(parser, "processes")
    parser.add_argument("--output_dir", type=Path, required=True)
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Unpack all and join the parts of each table."""
    args = get_parser().parse_args(argv)
    settings = config.load(args.config)
    sources = list_sources(settings, args.list, args.download_dir, args.mos_dir)
    work = partial(unpack, settings=settings, output_dir=args.output_dir)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.nj, context) as pool:
        parts = list(
            track(pool.map(work, sources), "unpacked", "archives", len(sources))
        )
    for table in dict.fromkeys(source.table for source in sources):
        folder = args.output_dir / "parts" / table
        texts = [p.read_text("utf-8") for p in parts if p.parent == folder]
        with replacing(args.output_dir / "tables" / f"{table}.jsonl") as part:
            part.write_text("".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
