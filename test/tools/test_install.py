"""tools/: the pins are whole, and what lacks is said in one line."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
PINS = dict(
    re.findall(r"^([\w-]+)==(\S+)$", (TOOLS / "requirements.txt").read_text(), re.M)
)
# What is left out on purpose: espnet's text front end and its other tasks; of the
# others, what only serves parts of them that are not used here.
NOT_NEEDED = {
    "huggingface-hub": "hf-xet",
    "espnet": "asteroid-filterbanks configargparse editdistance espnet-tts-frontend "
    "importlib-metadata jamo lightning pypinyin pyworld",
    "librosa": "scikit-learn",
    "noisereduce": "matplotlib",
    "pyroomacoustics": "cython",
    "xls-r-sqa": "transformers",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_line_is_a_pin():
    lines = (TOOLS / "requirements.txt").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert len(packages) == len(PINS)


@pytest.mark.parametrize("package", PINS)
def test_pins_are_whole(package):
    pinned = {normal(name) for name in PINS}
    for requirement in requires(package) or []:
        text, _, marker = requirement.partition(";")
        if marker and ("extra" in marker or not applies(marker)):
            continue
        name = normal(re.match(r"[\w.-]+", text).group())
        left_out = NOT_NEEDED.get(normal(package), "").split()
        assert name in pinned or name in left_out or name.startswith("nvidia-")


def applies(marker: str) -> bool:
    from packaging.markers import Marker

    return Marker(marker).evaluate()


def test_check_install_accepts_this_environment_or_says_what_lacks(tmp_path):
    command = [sys.executable, TOOLS / "check_install.py"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert f"espnet {PINS['espnet']}" in result.stdout

    command = [sys.executable, "-S", "-E", TOOLS / "check_install.py"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert "torch: expected 2.13.0, got nothing installed" in result.stderr
    assert "tools/install.sh" in result.stderr


def test_one_line_names_what_debian_has_to_provide(tmp_path):
    for name in ("bash", "dirname", "cd"):  # no python3.11, gcc or git
        if shutil.which(name):
            (tmp_path / name).symlink_to(shutil.which(name))
    result = subprocess.run(
        [TOOLS / "install.sh"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    line = "apt-get install -y python3.11 python3.11-venv python3.11-dev gcc git"
    assert result.stderr.count("apt-get") == 1 and line in result.stderr


def test_install_takes_no_arguments():
    command = [TOOLS / "install.sh", "--prefix"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and "Usage: tools/install.sh" in result.stderr


def test_the_environment_of_another_checkout_is_left_alone(tmp_path):
    tools, other = tmp_path / "tools", tmp_path / "other"
    tools.mkdir()
    other.mkdir()
    for name in ("install.sh", "requirements.txt", "published.txt"):
        shutil.copy(TOOLS / name, tools)
    shutil.copy(TOOLS.parent / "setup.py", tmp_path)
    (tools / "venv").symlink_to(other)
    result = subprocess.run([tools / "install.sh"], capture_output=True, text=True)
    assert result.returncode == 1 and not list(other.iterdir())
    assert f"a link to {other}" in result.stderr and "Remove the link" in result.stderr
