"""From folders and a configuration to data directories."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqase.data.data_dir import validate
from sqase.data.partition import partition
from sqase.runtime.atomic import is_done, mark_done, replacing
from sqase.runtime.shards import Shard
from sqase.simulation import settings
from sqase.simulation.mixtures import plan
from sqase.simulation.pool import write_pool
from sqase.simulation.recordings import divide, write_recordings
from sqase.simulation.sets import write_set
from sqase.simulation.sources import Recording, Source, find, group, scan_folders

_WHAT = {"clean": "speakers", "noise": "noise kinds", "rir": "room responses"}


def build(
    folders: Mapping[str, Path],
    config: Mapping[str, Any],
    output_dir: Path,
    nj: int,
    shard: Shard = Shard(),
) -> None:
    """Make every set of a configuration that is not there yet.

    A finished set holds `.done`, a digest of what it was made from.

    Args:
        folders: "clean" and "noise", and possibly "rir" and "real". Clean and noise
            are `<speaker or kind>/.../<file>`, or files that stand for themselves.
        config: see `sqase.simulation.settings`; its `real` is for the folder "real".
        output_dir: gets a data directory for each set, and `audio/`.
        nj: worker processes.
        shard: make this part of the mixtures alone, for the one that makes the sets;
            what it has to know of them is in `<output_dir>/parts-<digest>` until then.

    Raises:
        FileNotFoundError: a folder is not there.
        ValueError: too little in a folder, or a set that was made from other
            folders or another configuration.
    """
    settings.check(config)
    digest = _digest(folders, config)
    mixed = config["sets"]
    cut = config["real"]["sets"] if "real" in folders else {}
    todo = [n for n in (*mixed, *cut) if not is_done(output_dir / n, digest)]
    if not todo:
        return
    kept = output_dir / f"parts-{digest[:12]}"
    recordings = _scan(folders, nj, kept / "recordings.json", shard)
    parts = _divide(folders, recordings, config)
    for name in todo:
        if name in mixed:
            chosen = mixed[name]
            write_set(
                output_dir,
                name,
                plan(name, chosen, config, parts[chosen["part"]]),
                reference=chosen["reference"],
                seconds=config["clip_seconds"],
                seed=config["seed"],
                nj=nj,
                kept=kept / name,
                shard=shard,
            )
            if shard.whole and chosen["reference"] == "kept":
                write_pool(
                    output_dir / name / "pool", chosen, config, parts[chosen["part"]]
                )
        elif shard.whole:
            chosen = cut[name]
            write_recordings(
                output_dir,
                name,
                parts[chosen["part"]]["real"],
                clip_seconds=chosen["clip_seconds"],
                hop_seconds=chosen.get("hop_seconds"),
                count=chosen.get("count"),
            )
        if shard.whole:
            validate(output_dir / name, check_audio=True)
            mark_done(output_dir / name, digest)
    if shard.whole:
        shutil.rmtree(kept, ignore_errors=True)


def build_recordings(
    folder: Path, config: Mapping[str, Any], output_dir: Path, nj: int
) -> None:
    """Cut a folder of recordings alone into sets `train_real` and `real`, if not done.

    Args:
        folder: `<group>/[<speaker>/]<file>`; see `divide`. Of a single recording the
            end is kept back.
        config: its `train_share`, and `clip_seconds` and `hop_seconds` of
            `train_real`; what is kept back for `real` is used whole.
        output_dir: gets the two data directories, and `audio/`.
        nj: worker processes.

    Raises:
        FileNotFoundError, ValueError: see `build`.
    """
    digest = _digest({"real": folder}, config)
    if is_done(output_dir, digest):
        return
    recordings = scan_folders({"real": folder}, nj)["real"]
    seconds, hop = config["clip_seconds"], config["hop_seconds"]
    share, spans = config["train_share"], [(0.0, 1.0), (0.0, 1.0)]
    if len(recordings) == 1:
        train = rest = group(folder, recordings, depth=2)
        spans = [(0.0, share), (share, 1.0)]
    else:
        train, rest = divide(folder, recordings, train_share=share, seconds=seconds)
    sets = ("train_real", train, hop), ("real", rest, None)
    for (name, speakers, every), span in zip(sets, spans):
        cut = {"clip_seconds": seconds, "hop_seconds": every, "span": span}
        write_recordings(output_dir, name, speakers, **cut)
        validate(output_dir / name, check_audio=True)
    mark_done(output_dir, digest)


def _scan(
    folders: Mapping[str, Path], nj: int, path: Path, shard: Shard
) -> dict[str, list[Recording]]:
    """What is usable in the folders; parts find it out once, and keep it in a file."""
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {kind: [Recording.of(r) for r in found] for kind, found in kept.items()}
    recordings = scan_folders(folders, nj)
    if not shard.whole:
        with replacing(path) as part:
            found = {k: [r.facts() for r in v] for k, v in recordings.items()}
            part.write_text(json.dumps(found), encoding="utf-8")
    return recordings


def _divide(
    folders: Mapping[str, Path],
    recordings: Mapping[str, list[Recording]],
    config: Mapping[str, Any],
) -> dict[str, dict[str, list[Source]]]:
    """Part -> kind -> sources: speakers by their seconds, the rest by heads."""
    shares = config["shares"]
    parts: dict[str, dict[str, list[Source]]] = {part: {} for part in shares}
    for kind, what in _WHAT.items():
        if kind not in folders:
            continue
        sources = {
            source.name: source
            for source in group(
                folders[kind],
                recordings[kind],
                None if kind == "rir" else 1,
                config.get("speaker_pattern") if kind == "clean" else None,
            )
        }
        if kind != "rir" and len(sources) < len(shares):
            raise ValueError(
                f"{kind} folder {folders[kind]}: expected {len(shares)} {what} or "
                f"more, one for each of {', '.join(shares)}, got {len(sources)}. "
                "Sort the files into one folder for each"
            )
        weights = {n: s.seconds if kind == "clean" else 1.0 for n, s in sources.items()}
        for part, names in partition(weights, shares, config["seed"]).items():
            parts[part][kind] = [sources[name] for name in names]
    if "real" in folders:
        parts["train"]["real"], parts["test"]["real"] = divide(
            folders["real"],
            recordings["real"],
            train_share=config["real"]["train_share"],
            seconds=config["clip_seconds"],
        )
    return parts


def _digest(folders: Mapping[str, Path], config: Mapping[str, Any]) -> str:
    """Digest of the configuration and of the names and sizes of the files."""
    files = [
        (kind, path.relative_to(root).as_posix(), path.exists() and path.stat().st_size)
        for kind, root in folders.items()
        for path in find(root)
    ]
    content = json.dumps([config, files], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
