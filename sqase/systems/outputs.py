"""Outputs that a leaderboard is given: of the committee's members, of a user's systems."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.signal import correlate, correlation_lags

from sqase.data.data_dir import read_scp
from sqase.data.inputs import find
from sqase.sound import audio
from sqase.systems.planning import check_name

FARTHEST_S = 1.0  # a lag that is looked for
NEAR_S = 0.001  # a lag that is not worth a word


@dataclass(frozen=True)
class Members:
    """What the published enhancers made, one file of several channels an utterance.

    Attributes:
        names: member -> channel, those that may be used.
        paths: utterance -> file.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, folder: str | Path | None, wanted: Sequence[str], chosen: Sequence[str]
    ) -> Members:
        """Read what `sqase.bin.make_committee` wrote.

        Args:
            folder: None where no member is wanted.
            wanted: members.
            chosen: utterances that are needed.

        Raises:
            ValueError: a member or an utterance that is not there.
        """
        if not wanted:
            return cls()
        if folder is None:
            raise ValueError(
                f"--committee: expected the outputs of {', '.join(wanted)}, got none. "
                "Make them with sqase.bin.make_committee"
            )
        paths = read_scp(Path(folder) / "committee.scp")
        numbers = read_scp(Path(folder) / "members")
        for what, lacking in (
            ("utterance", set(chosen) - paths.keys()),
            ("member", set(wanted) - numbers.keys()),
        ):
            if lacking:
                raise ValueError(
                    f"--committee {folder}: expected each {what} that is used, got no "
                    f"{min(lacking)} and {len(lacking) - 1} others. Make it again"
                )
        return cls({name: int(numbers[name]) for name in wanted}, paths)

    def files(self, utt: str) -> list[str]:
        """The files of an utterance."""
        return [self.paths[utt]] if self.names else []

    def waves(self, utt: str, sample_rate: int) -> dict[str, np.ndarray]:
        """Member -> what it made, (time,), resampled to `sample_rate`."""
        if not self.names:
            return {}
        waves, rate = audio.read_channels(self.paths[utt])
        return {
            name: audio.resample(waves[:, number], rate, sample_rate)
            for name, number in self.names.items()
        }

    def channels(self, without: str) -> str:
        """The channels that a committee may be made of which judges `without`."""
        return " ".join(str(n) for name, n in self.names.items() if name != without)


def find_outputs(
    name: str, folder: str | Path, noisy: Mapping[str, str]
) -> dict[str, str]:
    """The outputs of a user's system for mixtures, found by their ids.

    How many are missing is logged, and so is a lag behind the mixture: the outputs are
    taken as they are, and their true scores will show it.

    Args:
        name: of the system.
        folder: holds `<utterance>.<suffix>`, at any depth.
        noisy: utterance -> the mixture.

    Returns:
        utterance -> path.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: a name that cannot be used; no output for any of the mixtures; one
            of another rate or length.
    """
    check_name("--systems_dir", name)
    by_id = {path.stem: str(path) for path in find(folder)}
    found = {utt: by_id[utt] for utt in noisy if utt in by_id}
    where = f"--systems_dir {name}={folder}"
    if not found:
        raise ValueError(
            f"{where}: expected files named by the ids of the mixtures, as "
            f"{min(noisy)}.wav, got none among {len(by_id)}. Rename them"
        )
    if missing := sorted(noisy.keys() - found.keys()):
        logging.warning(
            "%s: no output for %d of %d mixtures, %s first; they are left out",
            *(where, len(missing), len(noisy), missing[0]),
        )
    lags = {}
    for utt, path in found.items():
        wave, rate = audio.read(path)
        mixture, wanted = audio.read(noisy[utt])
        if (rate, len(wave)) != (wanted, len(mixture)):
            raise ValueError(
                f"{where}: {path}: expected {len(mixture)} samples at {wanted} Hz as "
                f"its mixture has, got {len(wave)} at {rate} Hz. Make all alike"
            )
        lag = lag_of(wave, mixture, round(FARTHEST_S * rate))
        if abs(lag) > NEAR_S * rate:
            lags[utt] = lag
    if lags:
        logging.warning(
            "%s: %d of %d outputs lag behind their mixtures, by %d samples (median); "
            "they are taken as they are. Shift them if that is not meant",
            *(where, len(lags), len(found), np.median(list(lags.values()))),
        )
    return found


def lag_of(wave: np.ndarray, mixture: np.ndarray, farthest: int) -> int:
    """Samples, up to `farthest`, by which `wave` comes later than `mixture`: where
    their cross-correlation is largest in size; negative if it comes earlier."""
    likeness = np.abs(correlate(wave, mixture, method="fft"))
    lags = correlation_lags(len(wave), len(mixture))
    near = np.abs(lags) <= farthest
    return int(lags[near][np.argmax(likeness[near])])
