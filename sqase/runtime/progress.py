"""How far a long piece of work is: what, done of total, time left.

At a terminal one line changes in place. In a log each state is a line of its own, the
more rarely the longer the work lasts, so that a day makes about a hundred of them.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

Item = TypeVar("Item")

TERMINAL_S = 0.2
LOG_S = 10.0
LOG_SHARE = 0.1  # of the time that has passed, until the next line of a log
PACE_S, PACES = 5.0, 12  # time left follows from the last minute: cached work is quick
WATCH_S = 1.0


class Progress:
    """Says on stderr how far some work is, and at its end how long it took.

    Args:
        what: "labels: 3 of 8 clips, 2 min left" has "labels" here,
        unit: and "clips" here.
        total: of what `update` counts; nothing is said of no work.
        done: so much was done before.
        stream: None is stderr.
    """

    def __init__(
        self,
        what: str,
        total: float,
        unit: str,
        done: float = 0,
        stream: TextIO | None = None,
    ):
        self._what, self._total, self._unit = what, total, unit
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._done = done
        self._begin = time.monotonic()
        self._next = self._begin + (0 if self._live else LOG_S)
        self._marks = deque([(self._begin, done)], PACES)

    def update(self, more: float = 1) -> None:
        """So much more is done."""
        self.reach(self._done + more)

    def reach(self, done: float) -> None:
        """So much is done by now."""
        now = time.monotonic()
        if done < self._marks[-1][1]:  # some of it is to be done again
            self._marks.clear()
        if not self._marks or now - self._marks[-1][0] >= PACE_S:
            self._marks.append((now, done))
        self._done = done
        if now >= self._next:
            self._show(f"{self._state()}, {self._left(now)} left")
            pause = max(LOG_S, LOG_SHARE * (now - self._begin))
            self._next = now + (TERMINAL_S if self._live else pause)

    def note(self, message: str) -> None:
        """Write a line of its own that stays."""
        self._show(message)
        if self._live:
            self._stream.write("\n")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, error: type | None, *_) -> None:
        if error:
            if self._live:
                self._show("")  # the error's line comes next
        elif self._total:
            self.note(f"{self._state()} in {duration(time.monotonic() - self._begin)}")

    def _state(self) -> str:
        return f"{self._what}: {self._done:.0f} of {self._total:.0f} {self._unit}"

    def _left(self, now: float) -> str:
        then, before = self._marks[0]
        if self._done <= before:
            return "unknown time"
        pace = (now - then) / (self._done - before)
        return duration(pace * max(0.0, self._total - self._done))

    def _show(self, text: str) -> None:
        end = "" if self._live else "\n"
        self._stream.write(f"\r\033[K{text}" if self._live else text + end)
        self._stream.flush()


def track(
    items: Iterable[Item], what: str, unit: str, total: int | None = None
) -> Iterator[Item]:
    """The items, of which the caller's work on each counts when it asks for the next.

    Args:
        items: with a length, or
        total: how many they are.
        what, unit: see `Progress`.
    """
    with Progress(what, len(items) if total is None else total, unit) as progress:
        for item in items:
            yield item
            progress.update()


@contextmanager
def watched(
    folder: Path, pattern: str, what: str, total: int, unit: str = "files"
) -> Iterator[None]:
    """Say how many files a folder has by now, while other processes write them.

    Args:
        folder: need not be there yet.
        pattern: of the files in it that count, as "**/*.flac".
        what, total, unit: see `Progress`.
    """
    ended = threading.Event()

    def count() -> int:
        return sum(1 for _ in folder.glob(pattern))

    def look() -> None:
        while not ended.wait(WATCH_S):
            progress.reach(count())

    with Progress(what, total, unit, count()) as progress:
        watch = threading.Thread(target=look, daemon=True)
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()
        progress.reach(count())


def duration(seconds: float) -> str:
    """In words, to two digits or so.

    >>> [duration(s) for s in (0.4, 89, 754, 3.5 * 3600)]
    ['0 s', '89 s', '13 min', '3.5 h']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
