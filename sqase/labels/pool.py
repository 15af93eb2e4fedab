"""Scoring processes that outlive a single clip.

The processes are fresh interpreters that import only what scoring needs, not copies
of the parent (whose torch, threads and GPU they would inherit) and not
``multiprocessing`` children (which import the parent's main module again).
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import sqase
from sqase.metrics import Score, version

Task = tuple[Sequence[str], np.ndarray | None, np.ndarray]
"""Metrics, and reference or None and enhanced signal, both (time,)."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)

KEPT_MEMORY = dict.fromkeys(
    ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(64 * 2**20)
)
"""For glibc: arrays up to this many bytes are put where the last ones were. Given back
to the system each time, as is its default, they cost thousands of page faults a clip."""


@dataclass(frozen=True)
class Ticket:
    """Scores to come, one future a task."""

    futures: list[Future]

    def done(self) -> bool:
        """Whether ``LabelPool.result`` would return at once."""
        return all(future.done() for future in self.futures)


class LabelPool:
    """Scores signals in ``nj`` processes; a context manager.

    Args:
        nj: number of processes; each starts with its first task.
        threads: numerical threads of each process.

    Raises:
        ValueError: ``nj`` below 1.
    """

    def __init__(self, nj: int, threads: int = 1):
        if nj < 1:
            raise ValueError(f"scoring processes: expected 1 or more, got {nj}")
        self._threads = str(threads)
        self._executor = ThreadPoolExecutor(nj, thread_name_prefix="label")
        self._own = threading.local()  # each thread drives one process
        self._workers: list[subprocess.Popen] = []

    def submit(self, tasks: Sequence[Task], sample_rate: int) -> Ticket:
        """Queue tasks and return at once.

        Raises:
            ValueError: unknown metric, or its package is not installed.
        """
        for name in {name for names, _, _ in tasks for name in names}:
            version(name)
        return Ticket(
            [self._executor.submit(self._score, (*task, sample_rate)) for task in tasks]
        )

    def result(self, ticket: Ticket) -> list[dict[str, Score]]:
        """Wait for the scores of a ticket, in the order of its tasks.

        Raises:
            ChildProcessError: a scoring process died; a next task starts a new one.
            RuntimeError: a metric failed with an error of its own.
        """
        return [future.result() for future in ticket.futures]

    def table(
        self,
        pairs: Sequence[tuple[np.ndarray | None, np.ndarray]],
        names: Sequence[str],
    ) -> np.ndarray:
        """Wait for the true scores of some signals.

        Args:
            pairs: reference, or None, and signal, (time,) each, 16 kHz.
            names: metrics.

        Returns:
            (pairs, names), NaN where there is no score.
        """
        tasks = [(names, reference, signal) for reference, signal in pairs]
        scores = self.result(self.submit(tasks, sample_rate=16000))
        rows = [[row[name].value for name in names] for row in scores]
        return np.array(rows, dtype=float)

    def close(self) -> None:
        """Drop what is queued and end the processes."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.kill()  # its thread waits for an answer
        self._executor.shutdown(wait=True)
        for worker in self._workers:
            _end(worker)

    def __enter__(self) -> "LabelPool":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def _score(self, task: tuple) -> dict[str, Score]:
        """Let this thread's process do one task."""
        worker = getattr(self._own, "worker", None) or self._start()
        try:
            pickle.dump(task, worker.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            worker.stdin.flush()
            answer = pickle.load(worker.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._own.worker = None
            status = worker.wait()  # it closed its pipes: it is gone, or about to be
            raise ChildProcessError(_obituary(status, task[0])) from None
        if isinstance(answer, str):
            raise RuntimeError(f"scoring failed:\n{answer}")
        return answer

    def _start(self) -> subprocess.Popen:
        root = str(Path(sqase.__file__).parents[1])
        threads = dict.fromkeys(THREAD_VARIABLES, self._threads)
        environment = os.environ | threads | KEPT_MEMORY
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [root, os.environ.get("PYTHONPATH")])
        )
        worker = subprocess.Popen(
            [sys.executable, "-m", "sqase.labels.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._own.worker = worker
        self._workers.append(worker)
        return worker


def _end(worker: subprocess.Popen) -> None:
    """Leave no process and no pipe behind."""
    worker.kill()
    for pipe in (worker.stdin, worker.stdout):
        try:
            pipe.close()
        except BrokenPipeError:  # part of a task was still to be sent
            pass
    worker.wait()


def _obituary(status: int, names: Sequence[str]) -> str:
    """What to tell the user about a dead process."""
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    hint = " (out of memory? try fewer processes)" if status == -9 else ""
    return f"scoring process: expected {' '.join(names)}, got {how}{hint}"
