"""One mixture: what is drawn for it, and how it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sqase.data.partition import DRY
from sqase.degradations import DEGRADATIONS
from sqase.runtime.seeding import rng_for
from sqase.simulation import SAMPLE_RATE, mixing
from sqase.simulation.rooms import SimulatedRoom
from sqase.simulation.sources import Source
from sqase.sound import audio

# No voice is drawn as if there were more of it than this.
MAX_VOICE_SECONDS = 60.0


@dataclass(frozen=True)
class Mixture:
    """Everything about one mixture but where recordings are cut, filters drawn, and
    what is random in a degradation or a simulated room beyond its numbers."""

    utt: str
    speaker: Source
    noise: Source
    room: Source | SimulatedRoom | None
    snr_db: float
    level_dbfs: float
    noise_speed: float = 1.0
    room_speed: float = 1.0
    coloured: bool = False
    degradations: Mapping[str, Any] = field(default_factory=dict)  # name -> drawn


def plan(
    name: str,
    settings: Mapping[str, Any],
    config: Mapping[str, Any],
    sources: Mapping[str, Sequence[Source]],
) -> list[Mixture]:
    """Draw the mixtures of a set, each from a digest of its id.

    Rooms that are simulated and degradations have generators of their own: one that
    is asked for changes nothing else of a mixture.

    Args:
        name: of the set; ids are `<name>-<number>`.
        settings: of the set: `count`, and `snr_grid_db`, levels that take turns, or
            `snr_range_db`, limits of a uniform draw; `speed_range`, limits of two
            draws, even in octaves, if noise and rooms are not to be played at their
            own speed; `colour`, whether speech and noise pass random filters.
        config: `seed`, `reverb_share`, `level_range_dbfs`, and, if there are to be
            any, `simulated_rooms` and `degradations`.
        sources: "clean", "noise", and "rir" if there are rooms.
    """
    voices = np.array([min(s.seconds, MAX_VOICE_SECONDS) for s in sources["clean"]])
    grid = settings.get("snr_grid_db")
    coloured = settings.get("colour", False)
    mixtures = []
    for number in range(settings["count"]):
        utt = f"{name}-{number:05d}"
        rng = rng_for(utt, config["seed"])
        speaker = sources["clean"][rng.choice(len(voices), p=voices / voices.sum())]
        noise = sources["noise"][rng.integers(len(sources["noise"]))]
        room = _draw_room(utt, rng, config, sources.get("rir", ()))
        snr_db = (
            grid[number % len(grid)] if grid else rng.uniform(*settings["snr_range_db"])
        )
        level = rng.uniform(*config["level_range_dbfs"])
        slow, fast = settings.get("speed_range", (1.0, 1.0))
        speeds = np.round(slow * (fast / slow) ** rng.random(2), 3).tolist()
        if isinstance(room, SimulatedRoom):
            speeds[1] = 1.0  # no two are alike anyway
        degradations = _draw_degradations(utt, config)
        mixtures.append(
            Mixture(
                utt,
                speaker,
                noise,
                room,
                float(snr_db),
                level,
                *speeds,
                coloured,
                degradations,
            )
        )
    return mixtures


def _draw_room(
    utt: str,
    rng: np.random.Generator,
    config: Mapping[str, Any],
    rooms: Sequence[Source],
) -> Source | SimulatedRoom | None:
    if rng.random() >= config["reverb_share"]:
        return None
    if rooms:
        return rooms[rng.integers(len(rooms))]
    if limits := config.get("simulated_rooms"):
        return SimulatedRoom.draw(rng_for(f"{utt} room", config["seed"]), limits)
    return None


def _draw_degradations(utt: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Those that hit an utterance, in the order of their table."""
    wanted = config.get("degradations") or {}
    drawn = {}
    for name in filter(wanted.__contains__, DEGRADATIONS):
        limits = dict(wanted[name])
        rng = rng_for(f"{utt} {name}", config["seed"])
        if rng.random() < limits.pop("share"):
            drawn[name] = DEGRADATIONS.load(name).draw(rng, **limits)
    return drawn


def make(
    audio_dir: Path, with_reference: bool, seconds: float, seed: int, mixture: Mixture
) -> dict[str, str]:
    """Make and write one mixture.

    The reference is the clean speech, with the early reflections of its room, at the
    level it has in the noisy signal. Degradations are of the noisy signal alone, so
    that an enhancer is to undo them: what they take away is in the reference.

    Args:
        audio_dir: gets `noisy/<utt>.flac` and `reference/<utt>.flac`.
        with_reference: whether the reference is written.
        seconds: length.
        seed: of the places at which recordings are cut, and the like.
        mixture: what to make.

    Returns:
        Its row of mixtures.csv.
    """
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
        response = mixing.at_speed(_response(mixture, seed), mixture.room_speed)
        speech, reference = mixing.reverberate(speech, response)
    noisy, reference = mixing.add_noise(
        speech,
        reference,
        noise,
        snr_db=mixture.snr_db,
        level_dbfs=mixture.level_dbfs,
    )
    for name, drawn in mixture.degradations.items():
        rng = rng_for(f"{mixture.utt} {name} applied", seed)
        noisy, reference = mixing.degrade(noisy, reference, drawn, rng)
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
        "room": _name_of_room(mixture),
        "snr_db": f"{mixture.snr_db:.2f}",
        "level_dbfs": f"{mixture.level_dbfs:.2f}",
        "noise_speed": f"{speed:.3f}",
        "room_speed": f"{mixture.room_speed:.3f}",
        "recordings": " ".join(recordings),
        **paths,
        **_drawn_columns(mixture),
    }


def _response(mixture: Mixture, seed: int) -> np.ndarray:
    if isinstance(mixture.room, SimulatedRoom):
        return mixture.room.response(rng_for(f"{mixture.utt} response", seed))
    return audio.read(mixture.room.recordings[0].path, SAMPLE_RATE)[0]


def _name_of_room(mixture: Mixture) -> str:
    if isinstance(mixture.room, SimulatedRoom):
        return f"simulated-{mixture.utt}"
    return mixture.room.name if mixture.room else DRY


def _drawn_columns(mixture: Mixture) -> dict[str, str]:
    """`<degradation>.<number>` -> what was drawn, exactly; and that of `room`."""
    parts = dict(mixture.degradations)
    if isinstance(mixture.room, SimulatedRoom):
        parts["room"] = mixture.room
    return {
        f"{name}.{key}": "" if value is None else str(value)
        for name, drawn in parts.items()
        for key, value in asdict(drawn).items()
    }
