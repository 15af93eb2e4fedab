"""Digests change with the content and with nothing else."""

import shutil

from sqase.data.data_dir import write_scp
from sqase.data.digest import digest_data_dir


def make(root, name, content=b"sound", spk="a"):
    """A data directory of one utterance."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "clip.flac").write_bytes(content)
    write_scp(folder / "wav.scp", {"utt": folder / "clip.flac"})
    write_scp(folder / "utt2spk", {"utt": spk})
    return folder


def test_place_does_not_matter_but_content_does(tmp_path):
    digest = digest_data_dir(make(tmp_path, "train"))
    assert digest_data_dir(make(tmp_path, "elsewhere/train")) == digest
    assert digest_data_dir(make(tmp_path, "other", content=b"noise")) != digest
    assert digest_data_dir(make(tmp_path, "renamed", spk="b")) != digest
    shutil.copy(tmp_path / "train/wav.scp", tmp_path / "train/spk1.scp")
    assert digest_data_dir(tmp_path / "train") != digest
