"""What single members of a committee have made already."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Collection, Mapping

from sqase.published.committee import Committee
from sqase.runtime.outputs import read_note

NOTE = "made_from.json"  # beside wav.scp: what the sound that it lists was made from


def made_by_members(
    names: str, folders: Collection[str | Path], wanted: Mapping[str, Any]
) -> dict[str, list[Path]]:
    """What all members of a committee have made already, in folders of one each.

    Args:
        names: of the members, with spaces between; none for all that are installed.
        folders: outputs of `enhance_files`.
        wanted: name of an output -> its facts, of which `input` is that of the sound.

    Returns:
        name of an output -> a file of each member, as `Committee` has them; without those
        that some member lacks, or has made from another sound.
    """
    members = Committee.present(names.split() or None).values()
    digests = [member.digest() for member in members]
    found = {
        (name, facts["model"], facts["input"]): Path(folder, name)
        for folder in folders
        for name, facts in read_note(Path(folder, NOTE)).items()
    }
    paths = {
        name: [found.get((name, digest, facts["input"])) for digest in digests]
        for name, facts in wanted.items()
    }
    return {
        name: files
        for name, files in paths.items()
        if all(file is not None and file.is_file() for file in files)
    }
