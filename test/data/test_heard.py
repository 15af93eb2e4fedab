"""A model that heard a recording is not tested on it, wherever its copy lies."""

import shutil

import numpy as np
import pytest
from corpora import write
from signals import noise_like, speech_like

from sqase.data.data_dir import write_scp
from sqase.data.heard import recordings_of, refuse_heard, write_heard
from sqase.simulation.pairs import write_pool_of_pairs

DRAWING = {"seed": 1, "clip_seconds": 1.0, "level_range_dbfs": [-30, -30]}
DRAWING |= {"reverb_share": 0.0, "snr_range_db": [0, 5]}


@pytest.fixture
def sets(tmp_path):
    """train, with a pool, and test: pairs, none of them in both."""
    folders = []
    for name, numbers in (("train", range(4)), ("test", range(4, 6))):
        folder, columns = tmp_path / name, {"wav.scp": {}, "spk1.scp": {}}
        for n in numbers:
            clean = 0.3 * speech_like(1, n)
            noisy = clean + 0.1 * noise_like(1, n)
            for file, wave in (("wav.scp", noisy), ("spk1.scp", clean)):
                columns[file][f"u{n}"] = write(folder / f"{file}{n}.wav", wave)
        columns["utt2spk"] = dict.fromkeys(columns["wav.scp"], "s")
        for file, mapping in columns.items():
            write_scp(folder / file, mapping)
        folders.append(folder)
    write_pool_of_pairs(folders[0], DRAWING, nj=1)
    return folders


def test_what_was_heard_is_refused_and_the_rest_is_not(sets, tmp_path):
    train, test = sets
    assert len(recordings_of(train)) == 8
    refuse_heard(tmp_path, [train, test])  # nothing is known of this model
    write_heard(tmp_path, train)
    refuse_heard(tmp_path, [test])
    shutil.copy(train / "spk1.scp2.wav", test / "spk1.scp5.wav")
    with pytest.raises(ValueError, match=r"test: expected .* got 1 of 4 .*scp5.wav"):
        refuse_heard(tmp_path, [test])


def test_pairs_without_noise_are_no_pool(sets):
    train, _ = sets
    for n in range(4):
        write(train / f"wav.scp{n}.wav", np.zeros(16000))
        write(train / f"spk1.scp{n}.wav", np.zeros(16000))
    with pytest.raises(ValueError, match="expected noise in the pairs .* got none"):
        write_pool_of_pairs(train, DRAWING, nj=1)
