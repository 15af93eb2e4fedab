"""Fetch the files of a corpus: sizes first, resumed, verified.

The list has a line `<sha256> <bytes> <path> <url>` for each file; paths are inside
the output folder. What is there is not fetched again.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.download import fetch, read_list


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", type=Path, required=True, help="what to fetch")
    parser.add_argument("--output_dir", type=Path, required=True)
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Fetch a list."""
    args = get_parser().parse_args(argv)
    fetch(read_list(args.list), args.output_dir)


if __name__ == "__main__":
    main()
