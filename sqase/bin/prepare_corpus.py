"""Make data directories of the ready sets of a corpus.

Checks its tree first. What is not 16 kHz and one channel is converted into FLAC; what
is there from an earlier start is kept.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import add_jobs_option, cli
from sqase.ready_sets.files import how_to_get
from sqase.ready_sets.prepare import prepare
from sqase.runtime import config


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="prepare_corpus",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--corpus_dir", required=True, help="as it was unpacked")
    add("--config", required=True, help="conf/corpus.yaml")
    add("--size", default="default", help=" | ".join(config.SIZES))
    add("--output_dir", type=Path, required=True, help="gets a directory for each set")
    add_jobs_option(parser, "worker processes")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Make the sets."""
    parser = get_parser()
    args = parser.parse_args(argv)
    settings = config.load(args.config, size=args.size)
    if not args.corpus_dir:  # a recipe's option that was not given
        parser.error(
            f"--corpus_dir: expected a folder, got none. {how_to_get(settings)}"
        )
    prepare(args.corpus_dir, settings, args.output_dir, args.nj, args.config)


if __name__ == "__main__":
    main()
