"""Runs small bash scripts that source files of utils/."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "utils"


def bash(
    script: str, *arguments: str, cwd: Path, **variables: str
) -> subprocess.CompletedProcess:
    """Run a script, which may use ${utils}; strict mode is on."""
    path = cwd / "script.sh"
    path.write_text(f"#!/usr/bin/env bash\nset -euo pipefail\n{script}\n")
    return subprocess.run(
        ["bash", path, *arguments],
        cwd=cwd,
        env={**os.environ, "utils": str(UTILS), **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
