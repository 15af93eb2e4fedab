"""Files and folders that are either complete or not there, however writing ends."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

_MARKER = ".done"


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; move it there if the body succeeds.

    The folder is made if needed. The temporary file is removed on an error.

    Example:
        >>> with replacing("exp/scores.txt") as part:  # doctest: +SKIP
        ...     part.write_text("complete")
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def mark_done(folder: str | Path, digest: str) -> None:
    """Say that a folder is complete, and from what it was made; to be done last."""
    with replacing(Path(folder) / _MARKER) as part:
        part.write_text(f"{digest}\n")


def is_done(folder: str | Path, digest: str) -> bool:
    """Whether a folder is complete and was made from what `digest` stands for.

    Raises:
        ValueError: it is complete, but was made from something else.
    """
    marker = Path(folder) / _MARKER
    if not marker.exists():
        return False
    if marker.read_text().strip() != digest:
        raise ValueError(
            f"{folder}: expected a folder made with these inputs, settings and size, "
            "found one made with others. Remove it, or write to another folder"
        )
    print(f"already done: {marker}")
    return True
