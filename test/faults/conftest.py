"""The place in which faults are tried, made once and copied for each."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from assessors import write_assessor
from corpora import write, write_corpus
from lab import Lab, write_enhancer
from signals import mix, noise_like, speech_like

# Where code of strangers would be copied to before it runs
os.environ["HF_MODULES_CACHE"] = tempfile.mkdtemp(prefix="modules")


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """Two noisy files and their references, an enhancer, an assessor, a laboratory."""
    root = tmp_path_factory.mktemp("faults")
    for number, name in enumerate("ab"):
        clean = 0.5 * speech_like(1, number)
        write(root / f"clean/{name}.wav", clean)
        write(root / f"in/{name}.wav", mix(clean, noise_like(1, number), 5))
    write_enhancer(root / "model")
    write_assessor(root / "assessor")
    write_corpus(root / "corpus")
    Lab(root / "lab").write()
    return root


@pytest.fixture
def place(original, tmp_path, monkeypatch):
    """A copy of it, which is the current folder. What the laboratory lists stays in the
    original, where nobody may change it."""
    place = tmp_path / "place"
    shutil.copytree(original, place, symlinks=True)
    monkeypatch.chdir(place)
    return Path()


@pytest.fixture(autouse=True)
def in_time():
    """A program that does not end is a fault, too."""

    def too_long(*_):
        pytest.fail("this takes for ever")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
