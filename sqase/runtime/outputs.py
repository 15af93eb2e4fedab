"""Outputs named by ids: inside their folder, and known by what they are made from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from sqase.runtime.atomic import replacing
from sqase.runtime.text import read_json


def inside(folder: str | Path, name: str) -> Path:
    """The path of the output that is called `name` in a folder.

    Raises:
        ValueError: it would lie elsewhere.
    """
    path = Path(folder, name)
    top, place = os.path.realpath(folder), os.path.realpath(path.parent)
    if ".." in PurePath(name).parts or os.path.commonpath([top, place]) != top:
        raise ValueError(
            f"{name}: expected a name of an output inside of {folder}, got one that "
            "leads elsewhere. Rename it"
        )
    return path


def read_note(note: str | Path) -> dict[str, Any]:
    """What the outputs were made from: name -> facts; nothing without a note."""
    return read_json(note) if Path(note).exists() else {}


def keep_what_is_made_from(note: str | Path, wanted: Mapping[str, Any]) -> None:
    """Of some outputs, remove those that were made from something else.

    What they are to be made from is noted before they are made: a kill leaves none
    that is taken for another.

    Args:
        note: file in the folder of the outputs, which remembers.
        wanted: name of an output -> the facts that it depends on, plain data.
    """
    note = Path(note)
    known = read_note(note)
    stale = [name for name, facts in wanted.items() if known.get(name) != facts]
    for name in stale:
        inside(note.parent, name).unlink(missing_ok=True)
    if stale:
        with replacing(note) as part:
            text = json.dumps({**known, **wanted}, indent=1)
            part.write_text(text, encoding="utf-8")
