"""Add scores that another program, or a listening test, gave to labels.

Reads a table (.csv, .tsv, .jsonl) with a line or more for each clip; several lines
of a clip, as of several listeners, become their mean. Metrics that this package does
not compute itself are in `sqase/metrics/imported.py`, with their ranges.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.data.listings import read_labels, write_labels
from sqase.labels.importing import add_scores, describe, read_scores


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="import_labels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--labels", type=Path, required=True, help="labels.jsonl")
    parser.add_argument("--input", type=Path, required=True, help="table of scores")
    parser.add_argument("--id", default="id", help="column of the clips' ids")
    parser.add_argument(
        "--columns", nargs="+", required=True, help="metric=column, as mos=score"
    )
    parser.add_argument("--output", type=Path, required=True, help="labels.jsonl")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Add the columns of one table."""
    args = get_parser().parse_args(argv)
    columns = {}
    for pair in args.columns:
        metric, equals, column = pair.partition("=")
        if not (metric and equals and column):
            raise ValueError(f"--columns: expected metric=column, got {pair!r}")
        columns[metric] = column
    scores = read_scores(args.input, args.id, columns)
    rows = add_scores(read_labels(args.labels), scores, list(columns), args.input)
    write_labels(args.output, rows)
    for metric in columns:
        print(describe(rows, metric))


if __name__ == "__main__":
    main()
