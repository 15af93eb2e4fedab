"""LabelPool: order kept, deaths told, nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import signals
from processes import pids_of_workers, wait_until

from sqase.labels import LabelPool

RATE = 16000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def workers():
    """Those of this test: trainings in the same process may have left a pool."""
    others = set(pids_of_workers(os.getpid()))
    return lambda: [p for p in pids_of_workers(os.getpid()) if p not in others]


def test_a_killed_worker_is_one_clear_error_and_work_goes_on(workers):
    quick = (["si_snr"], signals.speech_like(1, 0), signals.noise_like(1, 0))
    slow = (["pesq_wb"], signals.speech_like(30, 0), signals.noise_like(30, 0))
    with LabelPool(nj=1) as pool:
        pool.result(pool.submit([quick], RATE))
        (worker,) = workers()
        ticket = pool.submit([slow], RATE)
        time.sleep(0.2)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(ChildProcessError, match="expected pesq_wb, got signal 9"):
            pool.result(ticket)
        assert pool.result(pool.submit([quick], RATE))[0]["si_snr"].value < 0
    assert workers() == []


def test_a_worker_ends_with_its_input():
    """Also when its parent had no time to tell it."""
    command = [sys.executable, "-m", "sqase.labels.worker"]
    worker = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(timeout=2)
    worker.stdin.close()
    assert worker.wait(timeout=20) == 0


def test_pool_keeps_order_and_length_and_imports_no_torch(workers):
    speech, noise = signals.speech_like(1, 0), signals.noise_like(1, 0)
    snrs = [0, 20, 10, -5, 15, 5]
    tasks = [(["si_snr", "sdr"], speech, signals.mix(speech, noise, s)) for s in snrs]
    tasks.append((["lsd", "dnsmos_sig"], None, speech))
    with LabelPool(nj=2) as pool:
        ticket = pool.submit(tasks, RATE)
        scores = pool.result(ticket)
        assert ticket.done() and len(scores) == len(tasks)
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in workers()]
    assert np.argsort([s["si_snr"].value for s in scores[:6]]).tolist() == [
        3,
        0,
        5,
        2,
        4,
        1,
    ]
    assert scores[6]["lsd"].reason == "no reference" and scores[6]["dnsmos_sig"].value
    assert len(maps) == 2 and not any("libtorch" in text for text in maps)


def test_close_waits_for_nothing(workers):
    slow = (["dnsmos_ovrl"], None, signals.noise_like(90, 0))
    pool = LabelPool(nj=1)
    running, queued = pool.submit([slow, slow], RATE).futures
    wait_until(workers)
    time.sleep(1)
    start = time.monotonic()
    pool.close()
    assert time.monotonic() - start < 8, "the clip alone takes 15 s or more"
    assert queued.cancelled() and isinstance(running.exception(), ChildProcessError)
    assert workers() == []


def test_an_error_inside_a_metric_comes_with_its_traceback():
    with LabelPool(nj=1) as pool:
        ticket = pool.submit([(["lsd"], None, np.zeros((2, RATE)))], RATE)
        with pytest.raises(RuntimeError, match=r"Traceback[^$]*of shape \(time,\)"):
            pool.result(ticket)
