"""The clips of past refreshes of the closed loop: in memory, and on disk to resume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from sqase.runtime.atomic import replacing
from sqase.sqa.clips import Batch


class Replay:
    """Labelled clips by the update at which they came.

    Args:
        folder: where they are written, 16 bit.
        keep: refreshes that a saved state still has.

    Attributes:
        clips: update -> clips.
    """

    def __init__(self, folder: Path, keep: int):
        self.folder, self.keep = folder, keep
        self.clips: dict[int, Batch] = {}
        self._saved: list[int] = []  # what the last state refers to

    def add(self, update: int, clips: Batch) -> None:
        """Take the clips of a refresh and write them."""
        self.clips[update] = clips
        with replacing(self._path(update)) as part:
            torch.save(clips.pack(), part)

    def draw_before(self, update: int, generator: torch.Generator) -> Batch | None:
        """The clips of an earlier refresh at random; None if there was none."""
        old = [k for k in self.clips if k != update]
        if not old:
            return None
        return self.clips[old[int(torch.randint(len(old), (1,), generator=generator))]]

    def save(self) -> list[int]:
        """Drop what is too old; returns what `load` takes."""
        for update in sorted(self.clips)[: -self.keep]:
            del self.clips[update]
        needed = {*self.clips, *self._saved}  # a kill may lead back to the last state
        for path in self.folder.glob("*.pt"):
            if int(path.stem) not in needed:
                path.unlink()
        self._saved = sorted(self.clips)
        return self._saved

    def load(self, updates: Sequence[int], read: bool = True) -> None:
        """Take what `save` gave; `read` is False where another process has the clips."""
        self._saved = list(updates)
        self.clips = {}
        for update in updates if read else ():
            stored = torch.load(self._path(update), weights_only=True)
            self.clips[update] = Batch.unpack(stored)

    def _path(self, update: int) -> Path:
        return self.folder / f"{update:08d}.pt"
