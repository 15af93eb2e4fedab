"""Pairs for a place of which there is no clean file: clean speech in the noise heard there.

What a committee of enhancers takes out of a recording is its noise, and a little of its
speech. Laid under the clean speech of pairs, it makes pairs with a true reference. (In
RemixIT, Tzinis et al. 2022, the speech is an enhancer's, too.)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sqase.data.data_dir import read_scp, write_scp
from sqase.runtime.seeding import draw, rng_for
from sqase.simulation.mixing import active_level, add_noise
from sqase.simulation.sources import SAMPLE_RATE
from sqase.sound import audio

LEAST_DB = -60.0  # of noise, beside the recording
SEED = 0  # remixed pairs are shared by the seeds of the experiment


def remix(
    pairs_dir: str | Path,
    recordings_dir: str | Path,
    committee_scp: str | Path,
    output_dir: str | Path,
    *,
    count: int,
    snr_range_db: Sequence[float],
) -> None:
    """Write a data directory of remixed pairs.

    Args:
        pairs_dir: data directory whose references are the speech.
        recordings_dir: data directory whose noise is heard.
        committee_scp: recording -> what the committee made of it; others of
            `recordings_dir` are not used.
        output_dir: gets the data directory, and `audio/`.
        count: pairs; fewer if `pairs_dir` has not so many.
        snr_range_db: of the active levels of speech and noise, drawn evenly.

    Raises:
        ValueError: sound that cannot be used, or no noise in any recording.
    """
    pairs_dir, output_dir = Path(pairs_dir), Path(output_dir)
    references = read_scp(pairs_dir / "spk1.scp")
    speakers = read_scp(pairs_dir / "utt2spk")
    recordings = read_scp(Path(recordings_dir) / "wav.scp")
    committee = read_scp(committee_scp)
    pairs = ((recordings[name], committee[name]) for name in sorted(committee))
    noises = [noise for pair in pairs if len(noise := _taken(*pair))]
    if not noises:
        raise ValueError(
            f"{recordings_dir}: expected recordings with noise in them, got none of "
            f"{len(committee)}: the committee leaves all of them as they are"
        )
    tables: dict[str, dict] = {"wav.scp": {}, "spk1.scp": {}, "utt2spk": {}}
    for utt in draw("remixed", references, count):
        name, rng = f"remixed-{utt}", rng_for(f"{utt} remixed", SEED)
        speech = _read(references[utt])
        noise = noises[rng.integers(len(noises))]
        noise = np.resize(np.roll(noise, -rng.integers(len(noise))), len(speech))
        noisy, reference = add_noise(
            speech,
            speech,
            noise,
            snr_db=rng.uniform(*snr_range_db),
            level_dbfs=active_level(speech),
        )
        for table, folder, wave in (
            ("wav.scp", "noisy", noisy),
            ("spk1.scp", "reference", reference),
        ):
            path = output_dir / "audio" / folder / f"{name}.flac"
            audio.write(path, wave, SAMPLE_RATE)
            tables[table][name] = str(path)
        tables["utt2spk"][name] = speakers[utt]
    for table, rows in tables.items():
        write_scp(output_dir / table, rows)


def _taken(recording: str, committee: str) -> np.ndarray:
    """What the committee took out of a recording, (time,); empty if next to nothing."""
    heard = _read(recording)
    noise = heard - _read(committee)
    least = np.square(heard).mean() * 10 ** (LEAST_DB / 10)
    return noise if np.square(noise).mean() > least else noise[:0]


def _read(path: str) -> np.ndarray:
    return audio.read(path, sample_rate=SAMPLE_RATE)[0]
