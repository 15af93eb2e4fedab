"""Files and folders that are either complete or not there, however writing ends."""

from __future__ import annotations

import fcntl
import functools
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator

_MARKER = ".done"
_BEGIN, _END = ".sqase-", ".part"  # of temporary names, with something random between

_UMASK = os.umask(0)  # can only be read by setting it
os.umask(_UMASK)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary file beside `path`; move it there if the body succeeds.

    The folder is made if needed. The temporary file is removed on an error; one that a
    killed process has left, by the next that writes into the folder. Nobody can know
    its name before, and plant something there.

    Raises:
        ValueError, OSError: what the body raises; an error of the system names `path`.

    Example:
        >>> with replacing("exp/scores.txt") as part:  # doctest: +SKIP
        ...     part.write_text("complete")
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent.absolute())
    handle, name = _locked_file(path.parent)
    try:
        os.fchmod(handle, 0o666 & ~_UMASK)
        yield Path(name)
        os.replace(name, path)
    except OSError as error:
        if error.filename in (None, name):  # as a full disk has it
            error.filename = str(path)
        raise
    finally:
        Path(name).unlink(missing_ok=True)
        os.close(handle)


def _locked_file(folder: Path) -> tuple[int, str]:
    """A new temporary file, locked as long as its handle is open; handle and name."""
    while True:
        handle, name = tempfile.mkstemp(_END, _BEGIN, folder)
        with suppress(OSError):  # not every disk has locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # not taken for abandoned before it was locked
            return handle, name
        os.close(handle)


@functools.cache
def _remove_abandoned(folder: Path) -> None:
    """Remove temporary files that nobody writes any more: their lock is free."""
    for part in folder.glob(f"{_BEGIN}*{_END}"):
        with suppress(OSError), part.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


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
