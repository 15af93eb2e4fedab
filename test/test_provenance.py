"""Digests change with the content and with nothing else."""

import shutil

from sqase.data_dir import write_scp
from sqase.provenance import collect, digest_data_dir, digest_file


def make(root, name, content=b"sound", spk="a"):
    """A data directory of one utterance."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "clip.flac").write_bytes(content)
    write_scp(folder / "wav.scp", {"utt": folder / "clip.flac"})
    write_scp(folder / "utt2spk", {"utt": spk})
    return folder


def test_file_digest_is_that_of_sha256sum(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert digest_file(tmp_path / "f").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_place_does_not_matter_but_content_does(tmp_path):
    digest = digest_data_dir(make(tmp_path, "train"))
    assert digest_data_dir(make(tmp_path, "elsewhere/train")) == digest
    assert digest_data_dir(make(tmp_path, "other", content=b"noise")) != digest
    assert digest_data_dir(make(tmp_path, "renamed", spk="b")) != digest
    shutil.copy(tmp_path / "train/wav.scp", tmp_path / "train/spk1.scp")
    assert digest_data_dir(tmp_path / "train") != digest


def test_collect_names_command_code_and_versions():
    facts = collect(["./run.sh", "--arms", "noisy baseline"], seed=3)
    assert facts["command"] == "./run.sh --arms 'noisy baseline'"
    assert facts["seed"] == 3 and facts["time"].endswith("+00:00")
    assert {"numpy", "scipy", "pesq"} <= set(facts["versions"])
    assert facts["git"] is None or len(facts["git"]) == 40
