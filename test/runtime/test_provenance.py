"""A result says where it comes from."""

from sqase.runtime.provenance import collect, digest_file


def test_file_digest_is_that_of_sha256sum(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert digest_file(tmp_path / "f").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_collect_names_command_code_and_versions():
    facts = collect(["./run.sh", "--arms", "noisy baseline"], seed=3)
    assert facts["command"] == "./run.sh --arms 'noisy baseline'"
    assert facts["seed"] == 3 and facts["time"].endswith("+00:00")
    assert {"numpy", "scipy", "pesq"} <= set(facts["versions"])
    assert facts["git"] is None or len(facts["git"]) == 40
