#!/usr/bin/env python3
"""Print the versions of the packages in use and say which are missing.

Usage: python tools/check_install.py
Reads tools/requirements.txt. Exits with 1 if a package is missing or cannot be
loaded; another version than the pinned one is only pointed out, and so is a package of
tools/published.txt that is missing: results then lack its row.
"""

import importlib
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

TOOLS = Path(__file__).resolve().parent

# What has a compiled part, and so can be installed and still fail to load.
COMPILED = "h5py numba numpy onnxruntime pesq pyarrow pyroomacoustics safetensors scipy soundfile soxr torch torchaudio"


def read_pins(path: Path) -> dict[str, str]:
    """Pinned packages of a requirements file, name -> version."""
    return dict(re.findall(r"^([\w-]+)==(\S+)", path.read_text(), re.M))


def find_version(name: str) -> str | None:
    """Installed version of a package, None without one."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def find_load_error(module: str) -> str | None:
    """Why a module cannot be imported, None if it can."""
    try:
        importlib.import_module(module)
    except (ImportError, OSError) as error:
        return str(error).splitlines()[0]
    return None


def main() -> int:
    """Print the table; returns the exit status."""
    problems = []
    print(f"python {platform.python_version()} ({sys.executable})")
    needed = read_pins(TOOLS / "requirements.txt")
    published = read_pins(TOOLS / "published.txt")
    for name, pinned in (needed | published).items():
        found = find_version(name)
        if found is None and name in published:
            print(f"{name}: not installed: the enhancer in it is left out of results")
        elif found is None:
            problems.append(f"{name}: expected {pinned}, got nothing installed")
        elif found.split("+")[0] != pinned:
            print(f"{name} {found} (tried with {pinned})")
        else:
            print(f"{name} {found}")
    if not problems:
        for module in COMPILED.split():
            error = find_load_error(module)
            if error:
                problems.append(f"{module}: installed, but cannot be loaded: {error}")
    for problem in problems:
        print(f"check_install.py: {problem}", file=sys.stderr)
    if problems:
        print(
            "check_install.py: run tools/install.sh (after removing tools/venv, if it"
            " was interrupted), or install these packages where --python points",
            file=sys.stderr,
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
