"""How fast a program runs on this machine."""

import statistics
import time
from collections.abc import Callable

REPEATS = 3


def real_time_factor(work: Callable[[], object], seconds: float) -> float:
    """Time that work on sound takes a processor, over the seconds of the sound.

    What other programs take does not count. The median of three runs; what is only
    slow the first time should have run before.
    """
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return round(statistics.median(times) / seconds, 4)
