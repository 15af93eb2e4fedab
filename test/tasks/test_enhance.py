"""sqase.tasks.enhance: files enhanced in parts, and none twice."""

import numpy as np
import pytest
from lab import write_enhancer

from sqase.data.data_dir import read_scp
from sqase.runtime.shards import Shard
from sqase.sound import audio
from sqase.tasks.enhance import MEMBERS, SELECTED, enhance_files


def test_files_enhanced_in_parts_are_the_same_and_made_once(lab, tmp_path):
    model = write_enhancer(tmp_path / "model")
    noisy = read_scp(lab.valid_dir / "wav.scp") | read_scp(lab.real_dir / "wav.scp")
    enhance_files(model, SELECTED, noisy, tmp_path / "whole", 1)
    output = tmp_path / "parts"

    def part(number):
        enhance_files(model, SELECTED, noisy, output, 1, Shard(number, 2))
        return sorted((output / "audio").glob("*.flac"))

    with pytest.raises(ValueError, match="Do the part 0/2 before the others"):
        part(1)
    assert [len(part(number)) for number in (0, 1, 2)] == [0, 3, 6]
    assert not (output / "wav.scp").exists()
    before = {path: path.stat().st_mtime_ns for path in part(2)}
    enhance_files(model, SELECTED, noisy, output, 1)
    assert read_scp(output / "wav.scp").keys() == noisy.keys()
    for path, time in before.items():
        assert path.stat().st_mtime_ns == time
        assert path.read_bytes() == (tmp_path / "whole/audio" / path.name).read_bytes()


def test_what_all_members_have_made_of_a_sound_is_joined_and_not_made_again(lab, tmp_path):
    noisy = read_scp(lab.valid_dir / "wav.scp")
    first, second = list(noisy)[:2]
    names = ["rnnoise", "gtcrn"]  # in the order of channels
    for name in names:
        enhance_files(name, "", {first: noisy[first]}, tmp_path / name, 1)
    changed, rate = audio.read(tmp_path / f"gtcrn/audio/{first}.flac")
    audio.write(tmp_path / f"gtcrn/audio/{first}.flac", changed / 2, rate)

    def joined(output, sounds, made):
        enhance_files(MEMBERS, " ".join(names), sounds, tmp_path / output, 1, made=made)
        return {
            utt: audio.read_channels(tmp_path / f"{output}/audio/{utt}.flac")[0].T
            for utt in sounds
        }

    made = [tmp_path / name for name in reversed(names)]
    anew = joined("anew", {first: noisy[first], second: noisy[second]}, [])
    both = joined("both", {first: noisy[first], second: noisy[second]}, made)
    assert np.array_equal(both[second], anew[second])  # none has made it
    assert np.abs(both[first][1] - anew[first][1] / 2).max() < 1e-4  # the changed file
    assert np.array_equal(both[first][0], anew[first][0])
    one = joined("one", {first: noisy[first]}, made[:1])  # one member lacks
    other = joined("other", {first: noisy[second]}, made)  # another sound by that id
    assert np.array_equal(one[first], anew[first])
    assert np.array_equal(other[first], anew[second])
