"""One scoring process: pickled tasks on stdin, pickled answers on stdout.

Started by ``LabelPool``. It ends when stdin does, so that none outlives its parent,
however that ended. An answer is the result of ``score``, or the text of a traceback.
"""

import os
import pickle
import signal
import sys
import traceback


def main() -> None:
    """Answer tasks ``(names, reference or None, enhanced, sample_rate)`` until EOF."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what packages print goes there

    from sqase.metrics import score

    while True:
        try:
            names, reference, enhanced, sample_rate = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = score(
                names, reference=reference, enhanced=enhanced, sample_rate=sample_rate
            )
        except Exception:
            answer = traceback.format_exc()
        try:
            pickle.dump(answer, answers)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)  # nobody is left to answer, nor to be told


if __name__ == "__main__":
    main()
