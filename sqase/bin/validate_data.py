"""Check data directories and leaderboards; the first fault ends it."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.data.data_dir import validate, validate_leaderboard
from sqase.data.partition import check_disjoint
from sqase.metrics import ranges


def get_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="validate_data", description=__doc__)
    add = parser.add_argument
    add("dirs", nargs="+", type=Path, help="directories; utt2sys marks a leaderboard")
    add(
        "--disjoint",
        choices=("true", "false"),
        default="false",
        help="also refuse what is heard in two of them, and print a table",
    )
    add(
        "--test_dirs",
        nargs="*",
        default=[],
        type=Path,
        help="further ones, test sets: what one of them has, another one may have, too",
    )
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    args = get_parser().parse_args(argv)
    for path in args.dirs + args.test_dirs:
        if (path / "utt2sys").exists():
            wav = validate_leaderboard(path, ranges=ranges(), check_audio=True)
        else:
            wav = validate(path, check_audio=True)
        print(f"valid: {path}: {len(wav)} clips")
    if args.disjoint == "true":
        print("\n".join(check_disjoint(args.dirs, args.test_dirs)))


if __name__ == "__main__":
    main()
