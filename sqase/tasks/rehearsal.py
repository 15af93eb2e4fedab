"""Pairs to train on beside recordings, so that a model that is adapted does not forget."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import sqase
from sqase.labels import LabelPool
from sqase.simulation.build import build
from sqase.tasks.selection import read_waves

NOISY = 3.2
"""DNSMOS BAK. The mean over clean speech of several corpora was 3.8; with noise 20 dB below
it 3.5, at 15 dB 3.3, at 10 dB 2.9."""
ASKED = 10  # references

VOICES = Path(sqase.__file__).parents[1] / "egs/mini/local/make_corpus.py"


def make_pairs(
    clean_dir: Path | None,
    noise_dir: Path | None,
    config: Mapping[str, Any],
    output_dir: Path,
    nj: int,
) -> None:
    """Mix the sets of a configuration, if that was not done.

    Args:
        clean_dir, noise_dir: see `build`; None for both: the synthetic voices, noises
            and rooms of `egs/mini` stand in, made in `<output_dir>/voices`.
        config: see `sqase.simulation.settings`.
        output_dir: gets the data directories.
        nj: processes.

    Raises:
        FileNotFoundError: there is nothing to stand in; see `build`.
        ChildProcessError: making it failed.
        ValueError: see `build`.
    """
    if clean_dir is not None and noise_dir is not None:
        folders = {"clean": clean_dir, "noise": noise_dir}
    else:
        voices = output_dir / "voices"
        _make_voices(voices, nj)
        folders = {kind: voices / "main" / kind for kind in ("clean", "noise", "rir")}
    build(folders, config, output_dir, nj)


def warn_of_noise(data_dir: Path, nj: int) -> None:
    """Say so, if what stands for clean speech in a data directory is noisy.

    An enhancer that is trained on such pairs learns to leave noise.

    Args:
        data_dir: nothing is said of one without references.
        nj: scoring processes.
    """
    waves = read_waves(data_dir, "spk1.scp")
    if not waves:
        return
    some = waves[:: -(-len(waves) // ASKED)]
    with LabelPool(nj) as pool:
        scores = pool.table([(None, wave) for wave in some], ["dnsmos_bak"])
    if (mean := float(np.nanmean(scores))) < NOISY:
        logging.warning(
            "%s: the references do not sound clean: DNSMOS BAK is %.2f, the mean of %d "
            "(%.1f or more is usual). Noise in them is what the model learns to leave",
            data_dir,
            mean,
            len(some),
            NOISY,
        )


def _make_voices(folder: Path, nj: int) -> None:
    if not VOICES.is_file():
        raise FileNotFoundError(
            "pairs to rehearse: expected folders of clean speech and of noise, got none, "
            "and the synthetic voices that stand in come with a clone of sqase alone. "
            "Give --clean_dir and --noise_dir"
        )
    command = [
        sys.executable,
        str(VOICES),
        "--output_dir",
        str(folder),
        "--nj",
        str(nj),
    ]
    root = str(VOICES.parents[3])
    result = subprocess.run(command, env=os.environ | {"PYTHONPATH": root})
    if result.returncode:
        raise ChildProcessError(
            f"pairs to rehearse: making synthetic voices in {folder} failed (above). "
            "Give --clean_dir and --noise_dir in their place"
        )
