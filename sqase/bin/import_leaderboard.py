"""Make a leaderboard, and one of held-out clips, of what others have published.

Reads tables (.jsonl) with a line for each clip, see `sqase.labels.published`. Their
clips have no reference and no recording beside them, so that an assessor trained on
them hears one signal. conf/metrics.yaml says which scores become labels; conf/tables.yaml
has `columns` (our name of a metric -> that of the tables) and `held_out`, the share of
each table's systems and utterances for `--held_out_dir`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.labels.importing import describe
from sqase.labels.published import read_table, split, write_leaderboard
from sqase.metrics import roles
from sqase.runtime import config


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="import_leaderboard",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tables", type=Path, nargs="+", required=True)
    parser.add_argument("--config", required=True, help="conf/tables.yaml")
    parser.add_argument("--metrics", default="conf/metrics.yaml", help="their roles")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--held_out_dir", type=Path, help="none: nothing is held out")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Write one or two leaderboards and say how many labels they have."""
    args = get_parser().parse_args(argv)
    settings = config.load(args.config)
    labels = roles.load(args.metrics).labels
    unnamed = [name for name in labels if name not in settings["columns"]]
    if unnamed:
        raise ValueError(
            f"{args.config}: columns: expected a column for each label of "
            f"{args.metrics}, got none for {', '.join(unnamed)}. Add it"
        )
    columns = {name: settings["columns"][name] for name in labels}
    folders = [folder for folder in (args.output_dir, args.held_out_dir) if folder]
    parts: list[list[dict]] = [[] for _ in folders]
    for table in args.tables:
        rows = read_table(table, columns)
        of_table = split(rows, settings["held_out"]) if args.held_out_dir else (rows,)
        for part, found in zip(parts, of_table, strict=True):
            part.extend(found)
    for folder, rows in reversed(list(zip(folders, parts))):  # a step's output last
        write_leaderboard(folder, rows)
        print(
            f"{folder}: {len(rows)} clips, {len({r['system'] for r in rows})} systems"
        )
        for name in labels:
            print(f"  {describe(rows, name)}")


if __name__ == "__main__":
    main()
