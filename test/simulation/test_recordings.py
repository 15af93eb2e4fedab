"""Real recordings: training and test share no speaker, and no second is lost."""

from functools import partial

import numpy as np
import pytest
from corpora import write
from signals import noise_like

from sqase.data.data_dir import read_scp
from sqase.simulation.build import build_recordings
from sqase.simulation.recordings import divide, write_recordings
from sqase.simulation.sources import group, scan
from sqase.sound import audio


def divided(root, lengths, **options):
    """Names of speakers (training, test) for files of these lengths in seconds."""
    for number, (name, seconds) in enumerate(lengths.items()):
        write(root / name, noise_like(seconds, number))
    options = {"train_share": 0.5, "seconds": 4.0, **options}
    parts = divide(root, scan(root)[0], **options)
    return tuple([speaker.name for speaker in part] for part in parts)


def test_a_group_is_divided_between_neighbours_in_name(tmp_path):
    files = {f"car/{n}.wav": 5 for n in range(4)}
    assert divided(tmp_path, files) == (["car-0", "car-1"], ["car-2", "car-3"])


def test_each_group_is_on_both_sides_but_for_a_single_recording(tmp_path):
    files = {"a/1.wav": 5, "a/2.wav": 5, "b/1.wav": 9, "c/1.wav": 5, "c/2.wav": 5}
    assert divided(tmp_path, files) == (["a-1", "c-1"], ["a-2", "b-1", "c-2"])


def test_a_speaker_is_not_divided(tmp_path):
    files = {f"a/ann/{n}.wav": 5 for n in range(3)}
    files |= {f"a/bob/{n}.wav": 5 for n in range(3)}
    assert divided(tmp_path, files) == (["a-ann"], ["a-bob"])


def test_what_is_too_short_to_train_on_is_test(tmp_path):
    files = {"a/1.wav": 2, "a/2.wav": 5, "a/3.wav": 5, "4.wav": 5, "5.wav": 5}
    assert divided(tmp_path, files) == (["4", "a-2"], ["5", "a-1", "a-3"])


def test_too_few_recordings_are_refused(tmp_path):
    with pytest.raises(ValueError, match="expected recordings of two speakers"):
        divided(tmp_path, {"a/1.wav": 5, "b/1.wav": 5})


def test_clips_of_training_are_exact_and_those_of_test_are_the_whole(tmp_path):
    wave = noise_like(11, 1)
    write(tmp_path / "in/a b/1.wav", wave)
    speakers = group(tmp_path / "in", scan(tmp_path / "in")[0], depth=2)
    write_recordings(tmp_path, "cut", speakers, clip_seconds=4.0, hop_seconds=2.0)
    write_recordings(tmp_path, "whole", speakers, clip_seconds=10.0)
    cut = read_scp(tmp_path / "cut/wav.scp")
    assert list(cut) == [f"a_b-1-00{n}" for n in range(4)]
    for number, path in enumerate(cut.values()):
        start = 32000 * number
        got = audio.read(path)[0]
        np.testing.assert_allclose(got, wave[start : start + 64000], atol=1e-4)
    parts = [
        audio.read(path)[0] for path in read_scp(tmp_path / "whole/wav.scp").values()
    ]
    assert [len(part) for part in parts] == [88000, 88000]
    np.testing.assert_allclose(np.concatenate(parts), wave, atol=1e-4)
    assert set(read_scp(tmp_path / "whole/utt2rec").values()) == {"real/a_b/1.wav"}


def test_of_many_clips_some_are_kept_from_all_over(tmp_path):
    for seed, name in enumerate("ab"):
        write(tmp_path / f"in/{name}/1.wav", noise_like(10, seed))
    speakers = group(tmp_path / "in", scan(tmp_path / "in")[0], depth=2)
    cut = partial(write_recordings, tmp_path, speakers=speakers, clip_seconds=2.0)
    cut(name="all")
    every = list(read_scp(tmp_path / "all/wav.scp"))
    assert len(every) == 10
    for count, places in ((1, [0]), (3, [0, 4, 9]), (10, range(10)), (99, range(10))):
        cut(name="some", count=count)
        assert list(read_scp(tmp_path / "some/wav.scp")) == [every[n] for n in places]


def test_of_a_single_recording_the_end_is_kept_back(tmp_path):
    wave = noise_like(20, 1)
    write(tmp_path / "in/talk.wav", wave)
    config = {"train_share": 0.8, "clip_seconds": 2.0, "hop_seconds": 2.0}
    build_recordings(tmp_path / "in", config, tmp_path / "out", nj=1)
    for name, expected in (("train_real", wave[:256000]), ("real", wave[256000:])):
        paths = read_scp(tmp_path / "out" / name / "wav.scp").values()
        joined = np.concatenate([audio.read(path)[0] for path in paths])
        np.testing.assert_allclose(joined, expected, atol=1e-4)


def test_names_that_become_one_id_are_refused(tmp_path):
    write(tmp_path / "in/a/1.wav", noise_like(5, 1))
    write(tmp_path / "in/a/1.flac", noise_like(5, 2))
    speakers = group(tmp_path / "in", scan(tmp_path / "in")[0], depth=2)
    with pytest.raises(
        ValueError, match="1.wav: expected a name of its own, got the id 'a-1'"
    ):
        write_recordings(tmp_path, "cut", speakers, clip_seconds=10.0)
