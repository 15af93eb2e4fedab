"""Train the quality model (assessor) on a labelled leaderboard.

With `start_from` in the settings, the folder of an assessor or `packaged`, that one
learns on, whose network it then has. Writes an ESPnet experiment directory and, last,
`assessor/` in it: what the other programs load.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_training_options, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_training_options(parser, "conf/sqa.yaml")
    text = "must not have been heard by the start"
    parser.add_argument("--test_dirs", nargs="*", default=[], help=text)
    return parser


@cli
def main(argv=None) -> None:
    """Train and write the assessor."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate_leaderboard
    from sqase.data.heard import refuse_heard
    from sqase.metrics import ranges, roles
    from sqase.runtime import config
    from sqase.tasks.sqa_training import start_folder, train_assessor

    settings = config.load(args.config, args.size, args.set)
    heads = roles.load(args.metrics).labels
    for folder in (args.train_dir, args.valid_dir):
        validate_leaderboard(folder, ranges=ranges())
    if start := start_folder(settings.get("start_from")):
        refuse_heard(start, args.test_dirs)
    train_assessor(
        settings,
        heads,
        Path(args.train_dir),
        Path(args.valid_dir),
        Path(args.output_dir),
        args.seed,
        args.ngpu,
    )


if __name__ == "__main__":
    main()
