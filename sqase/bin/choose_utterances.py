"""Choose the utterances of a data directory that a leaderboard will use.

Enhancement models then need to run over these alone.

Example:
    python -m sqase.bin.choose_utterances --data_dir data/train \
        --config conf/leaderboard.yaml --output exp/leaderboard/train/chosen.scp
"""

import argparse
from pathlib import Path

from sqase.bin import cli
from sqase.data.data_dir import read_scp, write_scp
from sqase.runtime import config
from sqase.systems.planning import choose, load_settings


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="choose_utterances",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data_dir",
        required=True,
        help="its last part names the set in the settings",
    )
    parser.add_argument("--config", required=True, help="conf/leaderboard.yaml")
    parser.add_argument("--size", default="default", choices=config.SIZES)
    parser.add_argument("--output", required=True, help="scp of their signals")
    return parser


@cli
def main(argv=None) -> None:
    """Write the chosen lines of wav.scp."""
    args = get_parser().parse_args(argv)
    settings, scale = load_settings(args.config, args.size, args.data_dir)
    wav = read_scp(Path(args.data_dir) / "wav.scp")
    write_scp(
        args.output, {utt: wav[utt] for utt in choose(list(wav), settings, scale)}
    )


if __name__ == "__main__":
    main()
