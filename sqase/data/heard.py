"""Which recordings a model has heard, so that it is not tested on them.

`heard.txt` beside a trained model holds a line for each recording of its training: a
fingerprint of the file, so that it counts wherever a copy of it lies.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqase.data.listings import read_scp
from sqase.runtime.atomic import replacing

HEARD = "heard.txt"
_START = 1 << 16  # bytes; the size of the file counts, too


def write_heard(model_dir: Path, data_dir: Path, start: Path | None = None) -> None:
    """Write down, beside a model, what a training set is made of.

    Args:
        model_dir: gets the file.
        data_dir: the training set; of a leaderboard, which has such a file, what its
            clips were made from counts.
        start: folder of the model that the training starts from: what that has heard
            counts, too.
    """
    made_from = _heard(data_dir)
    lines = made_from or {_fingerprint(path) for path in recordings_of(data_dir)}
    lines |= _heard(start) if start else set()
    with replacing(model_dir / HEARD) as part:
        part.write_text("".join(f"{x}\n" for x in sorted(lines)), encoding="ascii")


def refuse_heard(model_dir: Path, data_dirs: Sequence[str | Path]) -> None:
    """Refuse to test a model on what it was trained on.

    Args:
        model_dir: with or without `heard.txt`; of a model without, nothing is known.
        data_dirs: test sets.

    Raises:
        ValueError: a recording of a test set is among those heard.
    """
    heard = _heard(model_dir)
    for data_dir in data_dirs:
        files = recordings_of(Path(data_dir))
        known = [path for path in files if _fingerprint(path) in heard]
        if known:
            raise ValueError(
                f"{data_dir}: expected recordings that {model_dir} was not trained on, "
                f"got {len(known)} of {len(files)} that it was, {known[0]} among them. "
                "Take other test data or another model"
            )


def recordings_of(data_dir: Path) -> list[Path]:
    """The files that a set is mixed from, or those of the set itself."""
    pool = data_dir / "pool" / "recordings.jsonl"
    if pool.is_file():
        lines = map(json.loads, pool.read_text(encoding="utf-8").splitlines())
        named: Iterable[str] = (
            line[key] for line in lines for key in ("path", "without") if line[key]
        )
    else:
        tables = (data_dir / name for name in ("wav.scp", "spk1.scp"))
        named = (p for t in tables if t.is_file() for p in read_scp(t).values())
    return sorted({Path(path) for path in named})


def keep_heard(model_dir: str | Path, output_dir: str | Path) -> None:
    """Copy what a model has heard, if that is known, beside an exported one."""
    if (source := Path(model_dir) / HEARD).is_file():
        with replacing(Path(output_dir) / HEARD) as part:
            shutil.copyfile(source, part)


def _heard(model_dir: Path) -> set[str]:
    path = model_dir / HEARD
    return set(path.read_text(encoding="ascii").split()) if path.is_file() else set()


def _fingerprint(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(_START)
    return hashlib.sha256(start + str(path.stat().st_size).encode()).hexdigest()[:12]
