"""sqase.tasks.enhance: files enhanced in parts, and none twice."""

import pytest
from lab import write_enhancer

from sqase.data.data_dir import read_scp
from sqase.runtime.shards import Shard
from sqase.tasks.enhance import SELECTED, enhance_files


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
