"""Command line programs, one a stage: ``python -m sqase.bin.<name> --help``.

Those named ``sqase_<name>`` are the commands of users, installed as ``sqase-<name>``.
Each module holds ``get_parser()`` and ``main(argv=None)`` and no logic of its own.
"""

import argparse
import errno
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def add_training_options(parser: argparse.ArgumentParser, settings: str) -> None:
    """The options that every program which trains has.

    Args:
        parser: to add them to.
        settings: its settings file in a recipe, for the help.
    """
    parser.add_argument("--config", required=True, help=settings)
    parser.add_argument("--metrics", default="conf/metrics.yaml", help="their roles")
    parser.add_argument(
        "--size", default="default", help="default, large, small or smoke"
    )
    parser.add_argument("--set", nargs="*", default=[], help="key=value overrides")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train_dir", required=True)
    parser.add_argument("--valid_dir", required=True)
    parser.add_argument("--output_dir", required=True)
    parser.add_argument("--ngpu", type=int, default=0)


def add_jobs_option(parser: argparse.ArgumentParser, about: str) -> None:
    """The option of a program that works with several processes; at least one."""

    def count(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(f"expected 1 or more, got {text!r}")
        return int(text)

    parser.add_argument("--nj", type=count, default=1, help=about)


def add_results(parser: argparse.ArgumentParser, output: str) -> None:
    """The options of a program that works on results: a system on a test set each.

    Args:
        parser: to add them to.
        output: what the program writes for each, for the help.
    """

    def add(option: str, about: str, kind: type = Path) -> None:
        parser.add_argument(option, nargs="+", required=True, type=kind, help=about)

    add("--data_dir", "test set; this and the next three once for each result")
    add("--enhanced_scp", "what a system made of it")
    add("--system", "name of the system", str)
    add("--output", output)


def results(args: argparse.Namespace, *more: str) -> list[argparse.Namespace]:
    """The results given by `add_results`: data_dir, enhanced_scp, system, output.

    Args:
        args: what was given.
        more: further options with a value for each result.

    Raises:
        ValueError: one of the options has more values than another.
    """
    names = ("data_dir", "enhanced_scp", "system", "output", *more)
    values = [getattr(args, name) for name in names]
    if len(set(map(len, values))) > 1:
        counts = ", ".join(f"{len(v)} --{name}" for name, v in zip(names, values))
        raise ValueError(f"expected one of each for every result, got {counts}")
    return [argparse.Namespace(**dict(zip(names, row))) for row in zip(*values)]


def add_shard_option(parser: argparse.ArgumentParser) -> None:
    """The option of a program whose work utils/in_shards.sh can cut; a `Shard`."""
    parser.add_argument(
        "--shard",
        default="1/1",
        metavar="K/N",
        help="make the K-th of N parts and nothing else, see utils/in_shards.sh",
    )


def cli(main: Callable) -> Callable:
    """Turn errors a user can cause into one line on stderr and exit status 1.

    ``ValueError`` and ``FileNotFoundError`` are how the package reports bad input,
    ``ChildProcessError`` that a process it started was killed, ``OSError`` how the
    system reports what a disk or a folder did not do; so does a package of others that
    is not installed. Anything else is a defect and keeps its traceback.
    """

    def fail(message: str) -> None:
        sys.exit(f"{main.__globals__['get_parser']().prog}: error: {message}")

    @functools.wraps(main)
    def wrapper(argv: Sequence[str] | None = None) -> None:
        try:
            main(argv)
        except (ValueError, OSError) as error:
            fail(_of_system(error) if getattr(error, "errno", None) else str(error))
        except ModuleNotFoundError as error:
            package = (error.name or "sqase").split(".")[0]
            if package == "sqase":
                raise
            fail(
                f"expected the package {package}, got none installed. "
                "tools/install.sh of a clone of sqase makes an environment with it"
            )

    return wrapper


def _of_system(error: OSError) -> str:
    """What the system did not do, where, and what helps."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    advice = "Make room and start again: what is finished is kept"
    return f"{error.filename}: {error.strerror}. " + (
        advice if full else "Give a path that exists, and that you may use"
    )
