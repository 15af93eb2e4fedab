"""Files, folders and scp files become names and paths."""

import pytest
from corpora import write
from signals import speech_like

from sqase.data.data_dir import write_scp
from sqase.data.inputs import collect


@pytest.fixture
def folder(tmp_path):
    for name in ("b.wav", "a/b.flac", "a/ü/c.wav", "out/b.wav"):
        write(tmp_path / "in" / name, speech_like(0.3, 1))
    (tmp_path / "in/readme.txt").write_text("no sound")
    return tmp_path / "in"


def test_a_folder_is_mirrored(folder):
    names = ["a/b.flac", "a/ü/c.wav", "b.wav", "out/b.wav"]
    assert collect([folder]) == {name: folder / name for name in names}
    assert list(collect([folder], outside=folder / "out")) == names[:3]


def test_files_and_scp_files(folder):
    write_scp(folder / "x.scp", {"utt1": folder / "b.wav", "utt2": folder / "a/b.flac"})
    found = collect([folder / "x.scp", folder / "a/b.flac", folder / "missing.wav"])
    assert list(found) == ["utt1.wav", "utt2.flac", "b.flac", "missing.wav"]
    assert found["utt1.wav"] == folder / "b.wav"


def test_what_is_ambiguous_or_nothing_is_refused(folder):
    with pytest.raises(ValueError, match="expected a name of its own, got b.wav as"):
        collect([folder / "b.wav", folder / "out/b.wav"])
    with pytest.raises(ValueError, match="expected sound files outside of"):
        collect([folder / "b.wav"], outside=folder)
    with pytest.raises(ValueError, match="in/a/ü/none: expected sound files"):
        (folder / "a/ü/none").mkdir()
        collect([folder / "a/ü/none"])
