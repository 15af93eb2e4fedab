"""Runs stage 1 of a recipe on a small corpus made for the test."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sqase.ready_sets.prepare import prepare
from sqase.runtime import config

EGS = Path(__file__).parents[2] / "egs"


def run_data(recipe: str, output_dir: Path, **options) -> subprocess.CompletedProcess:
    """Run local/data.sh in its folder, size smoke; options by their names."""
    command = ["local/data.sh", "--output_dir", output_dir, "--size", "smoke"]
    command += ["--python", sys.executable, "--nj", "2"]
    for name, value in options.items():
        command += [f"--{name}", value]
    return subprocess.run(command, cwd=EGS / recipe, capture_output=True, text=True)


def prepare_data(recipe: str, corpus_dir: Path, output_dir: Path) -> None:
    """What local/data.sh does with the ready sets of a corpus, in this process."""
    settings = config.load(EGS / recipe / "conf/corpus.yaml", "smoke")
    prepare(corpus_dir, settings, output_dir, nj=1)


def said_without(recipe: str, corpus_dir: Path, name: str, scratch: Path) -> str:
    """What is said of a corpus that lacks a file or folder; nothing may be made of it."""
    broken = shutil.copytree(corpus_dir, scratch / "broken")
    lost = broken / name
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    with pytest.raises(FileNotFoundError) as caught:
        prepare_data(recipe, broken, scratch / "data")
    assert not (scratch / "data").exists()
    return str(caught.value)


def state(folder: Path) -> dict[Path, int]:
    """When each of its files was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
