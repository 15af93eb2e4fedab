"""Make data directories from folders of clean speech and noise.

Folders of rooms and of real recordings are optional. Reads any format and rate
that libsndfile reads; writes 16 kHz FLAC and one data directory for each set. A shard
writes FLAC files alone.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import add_jobs_option, add_shard_option, cli
from sqase.runtime import config
from sqase.runtime.shards import Shard
from sqase.simulation.build import build


def get_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulate_data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--clean_dir", type=Path, required=True, help="<speaker>/.../<file>")
    add("--noise_dir", type=Path, required=True, help="<kind>/.../<file>")
    add("--rir_dir", type=Path, help="room impulse responses; default: no rooms")
    add("--real_dir", type=Path, help="<group>/[<speaker>/]<file>, no references")
    add("--config", required=True, help="conf/data.yaml")
    add("--size", default="default", help=" | ".join(config.SIZES))
    add("--output_dir", type=Path, required=True, help="gets a directory for each set")
    add_jobs_option(parser, "worker processes")
    add_shard_option(parser)
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    args = get_parser().parse_args(argv)
    folders = {
        "clean": args.clean_dir,
        "noise": args.noise_dir,
        "rir": args.rir_dir,
        "real": args.real_dir,
    }
    build(
        {kind: folder for kind, folder in folders.items() if folder},
        config.load(args.config, size=args.size),
        args.output_dir,
        args.nj,
        Shard.parse(args.shard),
    )


if __name__ == "__main__":
    main()
