"""Text of others: read whole, or refused with the file and the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}:{line}: expected UTF-8 text, got the byte "
            f"{error.object[error.start]:#x}. Save it as UTF-8"
        ) from None


def read_json(path: str | Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ValueError: there is none.
    """
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path}:{error.lineno}: expected JSON, got other or cut text "
            f"({error.msg}). Remove it or make it again"
        ) from None
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected a JSON object, got {str(content)[:40]}")
    return content
