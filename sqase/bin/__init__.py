"""Command line programs, one a stage: ``python -m sqase.bin.<name> --help``.

Each module holds ``get_parser()`` and ``main(argv=None)`` and no logic of its own.
"""

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def cli(main: Callable) -> Callable:
    """Turn errors a user can cause into one line on stderr and exit status 1.

    ``ValueError`` and ``FileNotFoundError`` are how the package reports bad input,
    ``ChildProcessError`` that a process it started was killed; anything else is a
    defect and keeps its traceback.
    """
    prog = Path(main.__code__.co_filename).stem

    @functools.wraps(main)
    def wrapper(argv: Sequence[str] | None = None) -> None:
        try:
            main(argv)
        except (ValueError, FileNotFoundError, ChildProcessError) as error:
            sys.exit(f"{prog}: error: {error}")

    return wrapper
