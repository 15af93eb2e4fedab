"""Fresh batches that are mixed where the network is, of recordings that lie there.

Each row is drawn as `sqase.tasks.fresh` would, with the same speakers, noises, cuts and
levels for the same seed; only what is done to samples is done on the device, by
`sqase.tasks.device_mixing`. So it is the same mixture but for rounding, the filter of
resampling, and where frames begin that are counted as pauses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch

from sqase.runtime.seeding import rng_for
from sqase.simulation import SAMPLE_RATE
from sqase.simulation.mixing import (
    CROSSFADE,
    FRAME,
    MIN_ACTIVE,
    Cut,
    draw_colour,
    draw_cuts,
    frame_power,
    with_least_pause,
)
from sqase.simulation.mixtures import Mixture
from sqase.simulation.pool import Pool
from sqase.simulation.sources import Recording, Source
from sqase.tasks import device_mixing as mixing
from sqase.tasks.fresh import FreshBatches

Piece = tuple[int, int, int, int, int]  # of `device_mixing.join`, after its first


class Signal(NamedTuple):
    """Speech, a noise or a room response, before anything is done to its samples."""

    pieces: list[Piece]
    speed: float
    colour: Sequence[float] = (0.0, 0.0, 0.0, 0.0)
    level_db: float = 0.0


class Plan(NamedTuple):
    """All numbers of a mixture."""

    speech: Signal
    noises: list[Signal]
    room: Signal | None
    snr_db: float
    level_dbfs: float


class Bank:
    """Where in one long signal each recording lies, and where in it there is sound.

    Attributes:
        samples: all recordings, `(samples,)`.
    """

    def __init__(self, recordings: Sequence[Recording], threads: int = 8):
        with ThreadPoolExecutor(threads) as pool:
            waves = list(pool.map(Recording.read, recordings))
        counts = [len(wave) for wave in waves]
        starts = np.cumsum([0, *counts[:-1]]).tolist()
        self.samples = torch.from_numpy(np.concatenate(waves))
        self._places = dict(zip(recordings, zip(starts, counts)))
        self._power = dict(zip(recordings, map(frame_power, waves)))

    def power(self, cut: Cut) -> np.ndarray:
        """Mean square of the frames of 20 ms of a part of a recording."""
        first = round(cut.start_s * SAMPLE_RATE / FRAME)
        count = round(cut.seconds * SAMPLE_RATE / FRAME)
        return self._power[cut.recording][first : first + count]

    def pieces(self, cuts: Sequence[Cut]) -> list[Piece]:
        """What `join` makes a signal of."""
        pieces: list[Piece] = []
        end = 0
        for cut in cuts:
            first, available = self._places[cut.recording]
            start = round(cut.start_s * SAMPLE_RATE)
            count = min(round(cut.seconds * SAMPLE_RATE), available - start)
            fade = min(CROSSFADE, end, count)
            if pieces:
                pieces[-1] = (*pieces[-1][:4], fade)
            pieces.append((first + start, count, end - fade, fade, 0))
            end += count - fade
        return pieces


class Planner:
    """Draws the numbers of mixtures of a pool, as `sqase.simulation.mixtures.mix` does.

    Args:
        pool: see `sqase.tasks.fresh`.

    Raises:
        ValueError: the pool's mixtures are degraded, or in simulated rooms.
    """

    def __init__(self, pool: Pool):
        config = pool.draws.config
        by_kind = pool.draws.sources
        simulated = config.get("simulated_rooms") and not by_kind["rir"]
        if simulated or config.get("degradations"):
            raise ValueError(
                "fresh_mixtures: device: expected mixtures without degradations and "
                "simulated rooms, which the processor makes. Use fresh_mixtures: true"
            )
        self.pool, self.seconds = pool, config["clip_seconds"]
        sources = [source for kind in by_kind.values() for source in kind]
        self.bank = Bank([r for source in sources for r in source.recordings])

    def __call__(self, utt: str, number: int) -> Plan:
        """See `Pool.mixture`."""
        return self.pool.make(self._plan, utt, number)

    def _plan(self, mixture: Mixture, seconds: float, seed: int) -> Plan:
        rng = rng_for(f"{mixture.utt} cuts", seed)
        heard = [(mixture.speaker, mixture.speech_speed, 0.0, MIN_ACTIVE["clean"])]
        for noise in mixture.noises:
            heard.append((noise.kind, noise.speed, noise.level_db, MIN_ACTIVE["noise"]))
        signals = [
            Signal(self._fill(source, seconds * speed, rng, active), speed, level_db=db)
            for source, speed, db, active in heard
        ]
        if mixture.coloured:
            signals = [s._replace(colour=draw_colour(rng).ravel()) for s in signals]
        room = None
        if mixture.room:
            response, speed = mixture.room.recordings[0], mixture.room_speed
            longest = seconds * speed
            room = Signal(self.bank.pieces([Cut(response, 0.0, longest)]), speed)
        return Plan(signals[0], signals[1:], room, mixture.snr_db, mixture.level_dbfs)

    def _fill(
        self, source: Source, seconds: float, rng: np.random.Generator, active: float
    ) -> list[Piece]:
        def draw():
            cuts = draw_cuts(source, round(seconds * SAMPLE_RATE), rng)
            return np.concatenate([self.bank.power(cut) for cut in cuts]), cuts, None

        cuts, _ = with_least_pause(source, draw, min_active=active)
        return self.bank.pieces(cuts)


class Plans(NamedTuple):
    """The plans of a batch as tensors; see `device_mixing`. Signals are the speech of
    each mixture, the first noise of each, other noises, and rooms."""

    pieces: torch.Tensor  # (pieces, 6)
    speeds: torch.Tensor  # (signals,)
    colours: torch.Tensor  # (signals, 4)
    levels_db: torch.Tensor  # (noises,)
    noise_rows: torch.Tensor  # (noises,), the mixture of each noise
    room_rows: torch.Tensor  # (rooms,), the mixture of each room
    snr_db: torch.Tensor  # (mixtures,)
    level_dbfs: torch.Tensor  # (mixtures,)

    @classmethod
    def of(cls, plans: Sequence[Plan]) -> Plans:
        """Put plans together."""
        numbered = list(enumerate(plans))
        noises = [(row, plan.noises[0]) for row, plan in numbered]
        noises += [(row, noise) for row, plan in numbered for noise in plan.noises[1:]]
        rooms = [(row, plan.room) for row, plan in numbered if plan.room]
        signals = [plan.speech for plan in plans]
        signals += [signal for _, signal in (*noises, *rooms)]
        pieces = [(n, *p) for n, signal in enumerate(signals) for p in signal.pieces]
        return cls(
            torch.tensor(pieces),
            torch.tensor([signal.speed for signal in signals]),
            torch.tensor(np.array([signal.colour for signal in signals])).float(),
            torch.tensor([noise.level_db for _, noise in noises]),
            torch.tensor([row for row, _ in noises]),
            torch.tensor([row for row, _ in rooms], dtype=torch.long),
            torch.tensor([plan.snr_db for plan in plans]),
            torch.tensor([plan.level_dbfs for plan in plans]),
        )


def mix(
    bank: torch.Tensor, plans: Plans, samples: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Make mixtures; see `sqase.simulation.mixtures.mix`.

    Args:
        bank: `Bank.samples`.
        plans: of the mixtures.
        samples: of each mixture.

    Returns:
        noisy, reference: `(mixtures, samples)`.
    """
    mixtures, dry = len(plans.snr_db), len(plans.snr_db) + len(plans.noise_rows)
    waves = mixing.join(bank, plans.pieces, len(plans.speeds))
    plans = Plans(*(tensor.to(bank.device) for tensor in plans))
    waves = mixing.at_speeds(waves, plans.speeds, samples)
    heard = mixing.colour(waves[:dry], plans.colours[:dry])
    speech, noises = heard.split([mixtures, dry - mixtures])
    reference = speech
    if len(plans.room_rows):
        rows = plans.room_rows
        reverberant, early = mixing.reverberate(speech[rows], waves[dry:])
        speech = speech.index_copy(0, rows, reverberant)
        reference = reference.index_copy(0, rows, early)
    return mixing.add_noise(
        speech,
        reference,
        mixing.together(noises, plans.noise_rows, plans.levels_db, mixtures),
        snr_db=plans.snr_db,
        level_dbfs=plans.level_dbfs,
    )


class FreshBatchesOnDevice(FreshBatches):
    """`FreshBatches` mixed on a device; its workers draw plans.

    Args:
        pool: what mixtures are drawn from.
        device: that mixes, and gets the recordings.
        options: the others of `FreshBatches`.
    """

    def __init__(self, pool: Pool, device: torch.device | str, **options):
        planner = Planner(pool)
        self.bank = planner.bank.samples.to(device)
        self.samples = round(planner.seconds * SAMPLE_RATE)
        super().__init__(planner, collate_fn=_collate, **options)

    def build_iter(self, epoch: int, shuffle: bool | None = None) -> Iterator:
        """The batches of an epoch, as ESPnet's collate function gives them."""
        for utts, plans in super().build_iter(epoch):
            waves = mix(self.bank, plans, self.samples)
            lengths = torch.full((len(utts),), self.samples)
            batch = {}
            for name, wave in zip(("speech_mix", "speech_ref1"), waves):
                batch |= {name: wave, f"{name}_lengths": lengths}
            yield utts, batch


def _collate(rows: Sequence[tuple[str, Plan]]) -> tuple[list[str], Plans]:
    utts, plans = zip(*rows)
    return list(utts), Plans.of(plans)
