"""Fetch the files of a corpus: sizes first, resumed, verified.

The list has a line `<digest> <bytes> <path> <url>` for each file: MD5 or SHA-256;
paths are inside the output folder. What is there is not fetched again.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.fetched.download import fetch, read_list, unpack


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="download",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", type=Path, required=True, help="what to fetch")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument(
        "--unpack",
        choices=("true", "false"),
        default="false",
        help="also unpack the files, zip archives, beside themselves",
    )
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Fetch a list."""
    args = get_parser().parse_args(argv)
    files = read_list(args.list)
    fetch(files, args.output_dir)
    if args.unpack == "true":
        unpack(files, args.output_dir)


if __name__ == "__main__":
    main()
