"""Which mixtures a set has, and how they become a data directory."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from sqase import audio
from sqase.atomic import replacing
from sqase.data_dir import write_scp
from sqase.partition import DRY
from sqase.seeding import rng_for
from sqase.simulation import SAMPLE_RATE, mixing
from sqase.simulation.sources import Source

# No voice is drawn as if there were more of it than this.
MAX_VOICE_SECONDS = 60.0


@dataclass(frozen=True)
class Mixture:
    """Everything about one mixture but where recordings are cut and filters drawn."""

    utt: str
    speaker: Source
    noise: Source
    room: Source | None
    snr_db: float
    level_dbfs: float
    noise_speed: float = 1.0
    room_speed: float = 1.0
    coloured: bool = False


def plan(
    name: str,
    settings: Mapping[str, Any],
    config: Mapping[str, Any],
    sources: Mapping[str, Sequence[Source]],
) -> list[Mixture]:
    """Draw the mixtures of a set, each from a digest of its id.

    Args:
        name: of the set; ids are `<name>-<number>`.
        settings: of the set: `count`, and `snr_grid_db`, levels that take turns, or
            `snr_range_db`, limits of a uniform draw; `speed_range`, limits of two
            draws, even in octaves, if noise and rooms are not to be played at their
            own speed; `colour`, whether speech and noise pass random filters.
        config: `seed`, `reverb_share`, `level_range_dbfs`.
        sources: "clean", "noise", and "rir" if there are rooms.
    """
    voices = np.array([min(s.seconds, MAX_VOICE_SECONDS) for s in sources["clean"]])
    rooms = sources.get("rir", ())
    grid = settings.get("snr_grid_db")
    coloured = settings.get("colour", False)
    mixtures = []
    for number in range(settings["count"]):
        utt = f"{name}-{number:05d}"
        rng = rng_for(utt, config["seed"])
        speaker = sources["clean"][rng.choice(len(voices), p=voices / voices.sum())]
        noise = sources["noise"][rng.integers(len(sources["noise"]))]
        wet = rng.random() < config["reverb_share"] and len(rooms) > 0
        room = rooms[rng.integers(len(rooms))] if wet else None
        snr_db = (
            grid[number % len(grid)] if grid else rng.uniform(*settings["snr_range_db"])
        )
        level = rng.uniform(*config["level_range_dbfs"])
        slow, fast = settings.get("speed_range", (1.0, 1.0))
        speeds = np.round(slow * (fast / slow) ** rng.random(2), 3).tolist()
        mixtures.append(
            Mixture(utt, speaker, noise, room, float(snr_db), level, *speeds, coloured)
        )
    return mixtures


def write_set(
    output_dir: Path,
    name: str,
    mixtures: Sequence[Mixture],
    *,
    reference: str,
    seconds: float,
    seed: int,
    nj: int,
) -> None:
    """Make the mixtures of a set and its data directory.

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
    """
    audio_dir = output_dir / "audio" / name
    work = partial(_make, audio_dir, reference != "none", seconds, seed)
    with ProcessPoolExecutor(nj) as pool:
        made = pool.map(work, mixtures, chunksize=8)
        progress = tqdm(made, total=len(mixtures), desc=f"mixing {name}", unit="clip")
        rows = {row["utt"]: row for row in progress}
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
        mapping = {utt: row[column] for utt, row in rows.items()}
        write_scp(output_dir / name / file, mapping)
    with replacing(output_dir / name / "mixtures.csv") as part:
        with part.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, fieldnames=list(rows[mixtures[0].utt]))
            table.writeheader()
            table.writerows(rows[mixture.utt] for mixture in mixtures)


def _make(
    audio_dir: Path, with_reference: bool, seconds: float, seed: int, mixture: Mixture
) -> dict[str, str]:
    """Make and write one mixture; returns its row of mixtures.csv."""
    rng = rng_for(f"{mixture.utt} cuts", seed)
    speech, spoken = mixing.fill(mixture.speaker, seconds, rng, min_active=0.4)
    speed = mixture.noise_speed
    noise, heard = mixing.fill(mixture.noise, seconds * speed, rng, min_active=0.05)
    noise = mixing.at_speed(noise, speed)
    noise = np.pad(noise, (0, 1), mode="edge")[: len(speech)]  # rounded one short
    if mixture.coloured:
        speech, noise = mixing.colour(speech, rng), mixing.colour(noise, rng)
    reference = speech
    if mixture.room:
        response, _ = audio.read(mixture.room.recordings[0].path, SAMPLE_RATE)
        response = mixing.at_speed(response, mixture.room_speed)
        speech, reference = mixing.reverberate(speech, response)
    noisy, reference = mixing.add_noise(
        speech,
        reference,
        noise,
        snr_db=mixture.snr_db,
        level_dbfs=mixture.level_dbfs,
    )
    paths = {"noisy": noisy, "reference": reference if with_reference else None}
    for part, wave in paths.items():
        paths[part] = ""
        if wave is not None:
            paths[part] = str(audio_dir / part / f"{mixture.utt}.flac")
            audio.write(paths[part], wave, SAMPLE_RATE)
    recordings = [f"clean/{name}" for name in spoken] + [f"noise/{n}" for n in heard]
    return {
        "utt": mixture.utt,
        "speaker": mixture.speaker.name,
        "noise": mixture.noise.name,
        "room": mixture.room.name if mixture.room else DRY,
        "snr_db": f"{mixture.snr_db:.2f}",
        "level_dbfs": f"{mixture.level_dbfs:.2f}",
        "noise_speed": f"{speed:.3f}",
        "room_speed": f"{mixture.room_speed:.3f}",
        "recordings": " ".join(recordings),
        **paths,
    }
