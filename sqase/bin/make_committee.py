"""Let every published enhancer that is installed hear the signals of an scp file.

Or, with --config, those that a leaderboard names for a data directory; with --arms, the
rows alone that these arms train on, and none if no arm of them hears a committee. Writes
FLAC files with one channel for each enhancer and, last, `committee.scp` and `members`
(name and number of each channel) into the output directory. Read as one channel, such a
file is the committee's mean. What is there already is kept. A shard writes FLAC files
alone.

Example:
    python -m sqase.bin.make_committee --scp data/real/wav.scp \
        --output_dir exp/committee/real
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_shard_option, cli
from sqase.runtime import config


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="make_committee",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scp", required=True, help="noisy signals")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--config", help="conf/leaderboard.yaml")
    parser.add_argument("--size", default="default", choices=config.SIZES)
    parser.add_argument("--data_dir", help="with --config: its last part names the set")
    parser.add_argument("--arms", nargs="*", help="names in --guided_config")
    parser.add_argument("--guided_config", help="conf/se_guided.yaml")
    parser.add_argument(
        "--real", action="store_true", help="with --arms: the rows have no reference"
    )
    parser.add_argument("--nj", type=int, default=1, help="processes")
    add_shard_option(parser)
    return parser


@cli
def main(argv=None) -> None:
    """Enhance every signal with every member."""
    args = get_parser().parse_args(argv)
    from sqase.data.listings import read_scp
    from sqase.data.rows import choose_rows
    from sqase.runtime.shards import Shard
    from sqase.systems.planning import load_settings, members
    from sqase.tasks.arms import hears_committee
    from sqase.tasks.enhance import enhance_by_committee

    names = None
    if args.config:
        settings, _ = load_settings(args.config, args.size, args.data_dir)
        names = members(settings)
    if names == []:
        args.output_dir.mkdir(parents=True, exist_ok=True)
        return print("no member: the settings name no published enhancer that is there")
    noisy = read_scp(args.scp)
    if args.arms is not None:
        settings = config.load(args.guided_config, args.size)
        if not any(hears_committee(settings, arm, real=args.real) for arm in args.arms):
            args.output_dir.mkdir(parents=True, exist_ok=True)
            return print("no committee: none of the arms hears one")
        noisy = choose_rows(noisy, settings["utterances"])
    shard = Shard.parse(args.shard)
    enhance_by_committee(names, noisy, args.output_dir, args.nj, shard)


if __name__ == "__main__":
    main()
