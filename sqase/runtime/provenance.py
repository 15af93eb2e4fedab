"""Where a result comes from: code, versions, command. No path, no host."""

import hashlib
import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "numpy scipy torch espnet soundfile soxr pesq pystoi fast-bss-eval speechmos "
    "distillmos noisereduce onnxruntime"
).split()


def collect(command: str | Sequence[str], seed: int | None) -> dict:
    """Facts that belong beside every result.

    Args:
        command: as typed, or as a list of words; say corpus folders with variables.
        seed: seed of the run, None where there is none.

    Returns:
        command, seed, time (UTC), git (hash or None), dirty (None without git),
        python and versions of the packages that are installed.
    """
    status = _git("status", "--porcelain", "--untracked-files=no")
    return {
        "command": command if isinstance(command, str) else shlex.join(command),
        "seed": seed,
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "git": _git("rev-parse", "HEAD"),
        "dirty": None if status is None else bool(status),
        "python": platform.python_version(),
        "versions": {name: v for name in PACKAGES if (v := _version(name))},
    }


def digest_file(path: str | Path) -> str:
    """SHA-256 of the content of a file, in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _git(*arguments: str) -> str | None:
    """Output of git in the directory of this package; None outside a clone."""
    try:
        done = subprocess.run(
            ("git", *arguments), cwd=Path(__file__).parent, capture_output=True
        )
    except FileNotFoundError:
        return None
    return done.stdout.decode().strip() if done.returncode == 0 else None


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
