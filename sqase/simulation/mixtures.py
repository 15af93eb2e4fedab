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
MAX_VOICE_SECONDS = 600.0
SECOND_NOISE_DB = (-10.0, 0.0)  # limits of its level against that of the first


@dataclass(frozen=True)
class Noise:
    """One kind of noise in a mixture."""

    kind: Source
    speed: float = 1.0
    level_db: float = 0.0  # active level against that of the first noise


@dataclass(frozen=True)
class Mixture:
    """Everything about one mixture but where recordings are cut, filters drawn, and
    what is random in a degradation or a simulated room beyond its numbers."""

    utt: str
    speaker: Source
    noises: tuple[Noise, ...]
    room: Source | SimulatedRoom | None
    snr_db: float
    level_dbfs: float
    room_speed: float = 1.0
    speech_speed: float = 1.0
    coloured: bool = False
    degradations: Mapping[str, Any] = field(default_factory=dict)  # name -> drawn


class Draws:
    """Draws the mixtures of a set, each from a digest of its id.

    What is optional (another speed of the speech, a second noise, a simulated room, a
    degradation) has a generator of its own: it changes nothing else of a mixture.

    Args:
        settings: of the set: `snr_grid_db`, levels that take turns, or
            `snr_range_db`, limits of a uniform draw; `speed_range`, limits of draws,
            even in octaves, if noise and rooms are not to be played at their own
            speed; `colour`, whether speech and noise pass random filters;
            `second_noise_share`, of the mixtures that have two kinds of noise.
        config: `seed`, `reverb_share`, `level_range_dbfs`, and, if there are to be
            any, `simulated_rooms` and `degradations`.
        sources: "clean", "noise", and "rir" if there are rooms.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        config: Mapping[str, Any],
        sources: Mapping[str, Sequence[Source]],
    ):
        self.settings, self.config, self.sources = settings, config, sources
        voices = [min(s.seconds, MAX_VOICE_SECONDS) for s in sources["clean"]]
        self._voices = np.array(voices) / sum(voices)

    def __call__(self, utt: str, number: int) -> Mixture:
        """The mixture of an id; `number` is its turn in the grid of SNRs."""
        settings, config, sources = self.settings, self.config, self.sources
        grid = settings.get("snr_grid_db")
        rng = rng_for(utt, config["seed"])
        speaker = sources["clean"][rng.choice(len(self._voices), p=self._voices)]
        noise = sources["noise"][rng.integers(len(sources["noise"]))]
        room = _draw_room(utt, rng, config, sources.get("rir", ()))
        snr_db = (
            grid[number % len(grid)] if grid else rng.uniform(*settings["snr_range_db"])
        )
        level = rng.uniform(*config["level_range_dbfs"])
        noise_speed, room_speed = _speeds(rng, settings.get("speed_range"))
        return Mixture(
            utt,
            speaker,
            (Noise(noise, noise_speed), *self._second_noise(utt)),
            room,
            float(snr_db),
            level,
            1.0 if isinstance(room, SimulatedRoom) else room_speed,  # all differ anyway
            self._speech_speed(utt),
            settings.get("colour", False),
            _draw_degradations(utt, config),
        )

    def _speech_speed(self, utt: str) -> float:
        rng = rng_for(f"{utt} speech speed", self.config["seed"])
        return _speeds(rng, self.settings.get("speech_speed_range"))[0]

    def _second_noise(self, utt: str) -> tuple[Noise, ...]:
        rng = rng_for(f"{utt} second noise", self.config["seed"])
        if rng.random() >= self.settings.get("second_noise_share", 0.0):
            return ()
        kind = self.sources["noise"][rng.integers(len(self.sources["noise"]))]
        speed, _ = _speeds(rng, self.settings.get("speed_range"))
        return (Noise(kind, speed, rng.uniform(*SECOND_NOISE_DB)),)


def _speeds(rng: np.random.Generator, limits: Sequence[float] | None) -> list[float]:
    """Two speeds, even in octaves; 1 where there are no limits."""
    slow, fast = limits or (1.0, 1.0)
    return np.round(slow * (fast / slow) ** rng.random(2), 3).tolist()


def plan(
    name: str,
    settings: Mapping[str, Any],
    config: Mapping[str, Any],
    sources: Mapping[str, Sequence[Source]],
) -> list[Mixture]:
    """Draw the `count` mixtures of a set; ids are `<name>-<number>`. See `Draws`."""
    draw = Draws(settings, config, sources)
    return [draw(f"{name}-{n:05d}", n) for n in range(settings["count"])]


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


def mix(
    mixture: Mixture, seconds: float, seed: int
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Make one mixture.

    The reference is the clean speech, with the early reflections of its room, at the
    level it has in the noisy signal. Degradations are of the noisy signal alone, so
    that an enhancer is to undo them: what they take away is in the reference.

    Args:
        mixture: what to make.
        seconds: length.
        seed: of the places at which recordings are cut, and the like.

    Returns:
        noisy, reference: float32 `(time,)`.
        recordings: what was heard, as `clean/<name>` and `noise/<name>`.

    Raises:
        ValueError: see `mixing.fill`.
    """
    rng = rng_for(f"{mixture.utt} cuts", seed)
    samples, recordings = round(seconds * SAMPLE_RATE), []

    def hear(source: Source, folder: str, speed: float) -> np.ndarray:
        active = mixing.MIN_ACTIVE[folder]
        wave, used = mixing.fill(source, seconds * speed, rng, min_active=active)
        recordings.extend(sorted({f"{folder}/{source.id_of(one)}" for one in used}))
        wave = mixing.at_speed(wave, speed)
        return np.pad(wave, (0, 1), mode="edge")[:samples]  # rounded one short

    speech = hear(mixture.speaker, "clean", mixture.speech_speed)
    noises = [hear(n.kind, "noise", n.speed) for n in mixture.noises]
    if mixture.coloured:
        speech = mixing.colour(speech, rng)
        noises = [mixing.colour(noise, rng) for noise in noises]
    reference = speech
    if mixture.room:
        response = mixing.at_speed(_response(mixture, seed), mixture.room_speed)
        speech, reference = mixing.reverberate(speech, response)
    noisy, reference = mixing.add_noise(
        speech,
        reference,
        mixing.together(noises, [noise.level_db for noise in mixture.noises]),
        snr_db=mixture.snr_db,
        level_dbfs=mixture.level_dbfs,
    )
    for name, drawn in mixture.degradations.items():
        rng = rng_for(f"{mixture.utt} {name} applied", seed)
        noisy, reference = mixing.degrade(noisy, reference, drawn, rng)
    return noisy, reference, recordings


def make(
    audio_dir: Path, with_reference: bool, seconds: float, seed: int, mixture: Mixture
) -> dict[str, str]:
    """Make and write one mixture.

    Args:
        audio_dir: gets `noisy/<utt>.flac` and `reference/<utt>.flac`.
        with_reference: whether the reference is written.
        seconds, seed, mixture: see `mix`.

    Returns:
        Its row of mixtures.csv.
    """
    noisy, reference, recordings = mix(mixture, seconds, seed)
    paths = {"noisy": noisy, "reference": reference if with_reference else None}
    for part, wave in paths.items():
        paths[part] = ""
        if wave is not None:
            paths[part] = str(audio_dir / part / f"{mixture.utt}.flac")
            audio.write(paths[part], wave, SAMPLE_RATE)
    return {
        "utt": mixture.utt,
        "speaker": mixture.speaker.name,
        "noise": " ".join(noise.kind.name for noise in mixture.noises),
        "room": _name_of_room(mixture),
        "snr_db": f"{mixture.snr_db:.2f}",
        "level_dbfs": f"{mixture.level_dbfs:.2f}",
        "noise_speed": " ".join(f"{noise.speed:.3f}" for noise in mixture.noises),
        "room_speed": f"{mixture.room_speed:.3f}",
        "speech_speed": f"{mixture.speech_speed:.3f}",
        "recordings": " ".join(recordings),
        **paths,
        **_drawn_columns(mixture),
    }


def _response(mixture: Mixture, seed: int) -> np.ndarray:
    if isinstance(mixture.room, SimulatedRoom):
        return mixture.room.response(rng_for(f"{mixture.utt} response", seed))
    return mixture.room.recordings[0].read()


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
