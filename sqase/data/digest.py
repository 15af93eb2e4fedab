"""What a data directory holds, as one digest: the data that a result comes from."""

import hashlib
from pathlib import Path

from sqase.data.listings import read_scp
from sqase.runtime.provenance import digest_file


def digest_data_dir(data_dir: str | Path) -> str:
    """SHA-256 of what a data directory holds, wherever it and its sound lie.

    Of each `.scp` file, the ids and the content of the files count; of each
    `utt2*` file, its text. Sound is digested as stored.

    Raises:
        FileNotFoundError: no wav.scp, or a file it names is missing.
    """
    data_dir = Path(data_dir)
    total = hashlib.sha256()
    known: dict[str, str] = {}  # a stand-in reference is the input once more
    for scp in sorted({data_dir / "wav.scp", *data_dir.glob("*.scp")}):
        _add_sound(total, scp, known)
    for table in sorted(data_dir.glob("utt2*")):
        total.update(f"{table.name} {digest_file(table)}\n".encode())
    return total.hexdigest()


def digest_scp(path: str | Path) -> str:
    """SHA-256 of the ids in an scp file and of the content of the files it names.

    Raises:
        FileNotFoundError: it, or a file that it names, is missing.
    """
    total = hashlib.sha256()
    _add_sound(total, Path(path), {})
    return total.hexdigest()


def _add_sound(total, scp: Path, known: dict[str, str]) -> None:
    """Digest the lines of an scp file; `known` are the digests of files, by path."""
    for utt, path in read_scp(scp).items():
        if path not in known:
            known[path] = digest_file(path)
        total.update(f"{scp.name} {utt} {known[path]}\n".encode())
