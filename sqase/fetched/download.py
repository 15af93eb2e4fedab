"""Fetch large files: sizes first, resumed after an interruption, verified, unpacked."""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.request
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from sqase.runtime.progress import Progress, track

CHUNK = 1 << 20
_ALGORITHMS = {32: "md5", 64: "sha256"}  # by the length of a digest in hexadecimal


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch.

    Attributes:
        url: where it is.
        path: where it goes, inside the folder of the download.
        size: bytes; may be rounded down, since the digest decides.
        digest: MD5 or SHA-256 of its content, hexadecimal.
    """

    url: str
    path: str
    size: int
    digest: str


def read_list(path: str | Path) -> list[RemoteFile]:
    """Read lines `<digest> <bytes> <path> <url>`; no path holds white space.

    Raises:
        FileNotFoundError: no such list.
        ValueError: a line that is not like this.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"list of files {path}: no such file")
    files = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split()
        known = len(fields) == 4 and len(fields[0]) in _ALGORITHMS
        if not known or not fields[1].isdigit():
            raise ValueError(
                f"{path}:{number}: expected `<digest> <bytes> <path> <url>`, "
                f"got {line[:60]!r}"
            )
        digest, size, name, url = fields
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(
                f"{path}:{number}: expected a path inside the folder, got {name!r}"
            )
        files.append(RemoteFile(url, name, int(size), digest))
    return files


def fetch(files: Sequence[RemoteFile], folder: str | Path) -> None:
    """Fetch what is not there yet.

    A file arrives under a temporary name and gets its own only when its digest is
    right; an interrupted one goes on where it stopped.

    Args:
        files: what to fetch.
        folder: where to.

    Raises:
        ValueError: not enough disk, a server that fails, another content.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [file for file in files if not (folder / file.path).exists()]
    parts = [part for file in missing if (part := _part(folder, file)).exists()]
    wanted = sum(f.size for f in missing) - sum(p.stat().st_size for p in parts)
    _check_disk(folder, wanted, f"to fetch, {len(missing)} of {len(files)} files")
    for file in missing:
        _fetch_one(file, folder)


def unpack(files: Sequence[RemoteFile], folder: str | Path) -> None:
    """Unpack fetched zip archives beside themselves, each once.

    Raises:
        ValueError: not enough disk, or a member that is damaged.
    """
    for file in files:
        path = Path(folder) / file.path
        marker = path.with_name(f"{path.name}.unpacked")
        if marker.exists():
            print(f"already done: {marker}")
            continue
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
                _check_disk(path.parent, size, "to unpack")
                for member in track(archive.infolist(), file.path, "files"):
                    archive.extract(member, path.parent)
        except zipfile.BadZipFile as error:
            raise ValueError(
                f"{path}: expected a sound zip archive, got {error}. Remove it and "
                "start again"
            ) from None
        marker.touch()


def _check_disk(folder: Path, wanted: int, what: str) -> None:
    free = shutil.disk_usage(folder).free
    print(f"{folder}: {_gb(wanted)} {what}; free on the disk: {_gb(free)}")
    if wanted > free:
        raise ValueError(
            f"{folder}: expected {_gb(wanted)} of free disk, got {_gb(free)}. "
            "Free some, or choose another folder"
        )


def _part(folder: Path, file: RemoteFile) -> Path:
    path = folder / file.path
    return path.with_name(f".{path.name}.part")


def _fetch_one(file: RemoteFile, folder: Path) -> None:
    part = _part(folder, file)
    part.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() else 0
    if have < file.size:
        problem = _receive(file, part, have)
        have = part.stat().st_size if part.exists() else 0
        if have < file.size:
            raise ValueError(
                f"{file.url}: expected {file.size} bytes, got {have}{problem}. "
                "What has arrived is kept; start again"
            )
    algorithm = _ALGORITHMS[len(file.digest)]
    with part.open("rb") as stream:
        digest = hashlib.file_digest(stream, algorithm).hexdigest()
    if digest != file.digest:
        size = part.stat().st_size
        part.unlink()
        raise ValueError(
            f"{file.url}: expected {file.size} bytes with {algorithm} "
            f"{file.digest[:12]}..., got {size} with {digest[:12]}.... "
            "Removed; start again, and if it stays so, the file has changed: make "
            "its list anew"
        )
    os.replace(part, folder / file.path)


def _receive(file: RemoteFile, part: Path, have: int) -> str:
    """Append what is missing; a server that knows no ranges starts from 0.

    Returns:
        What went wrong, if anything.
    """
    request = urllib.request.Request(file.url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            resumed = have > 0 and answer.status == 206
            mode, have = ("ab", have) if resumed else ("wb", 0)
            size, had = file.size / 1e6, have / 1e6
            with (
                Progress(file.path, size, "MB", had) as progress,
                part.open(mode) as stream,
            ):
                while chunk := answer.read(CHUNK):
                    stream.write(chunk)
                    progress.update(len(chunk) / 1e6)
    except (OSError, HTTPException) as error:  # URLError is an OSError
        return f" ({error})"
    return ""


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f} GB"
