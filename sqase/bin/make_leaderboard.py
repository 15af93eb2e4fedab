"""Run systems over a data directory and write a leaderboard.

Example:
    python -m sqase.bin.make_leaderboard --data_dir data/train \
        --enhanced baseline_e2=exp/e2/wav.scp baseline_e9=exp/e9/wav.scp \
        --config conf/leaderboard.yaml --output_dir exp/leaderboard/train
"""

import argparse
from collections.abc import Sequence

from sqase.bin import cli
from sqase.runtime import config
from sqase.systems.leaderboard import make
from sqase.systems.planning import load_settings


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="make_leaderboard",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data_dir",
        required=True,
        help="with wav.scp and spk1.scp; its last part names the set in the settings",
    )
    parser.add_argument(
        "--enhanced",
        required=True,
        nargs="+",
        action="extend",
        metavar="NAME=SCP",
        help="an enhancement model and its outputs for data_dir; one or more",
    )
    parser.add_argument(
        "--systems_dir",
        nargs="+",
        default=[],
        action="extend",
        metavar="NAME=DIR",
        help="a further system and a folder of its outputs, named by the ids of data_dir",
    )
    parser.add_argument(
        "--committee", help="folder that make_committee wrote for the chosen utterances"
    )
    parser.add_argument("--config", required=True, help="conf/leaderboard.yaml")
    parser.add_argument("--size", default="default", choices=config.SIZES)
    parser.add_argument("--output_dir", required=True)
    return parser


def named(option: str, value: str, given: Sequence[str]) -> dict[str, str]:
    """What was given as NAME=VALUE."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or name in found:
            raise ValueError(f"{option} {text!r}: expected NAME={value}, each name once")
        found[name] = path
    return found


@cli
def main(argv=None) -> None:
    """Make the leaderboard and print the number of clips of each system."""
    args = get_parser().parse_args(argv)
    enhanced = named("--enhanced", "SCP", args.enhanced)
    further = named("--systems_dir", "DIR", args.systems_dir)
    settings, scale = load_settings(args.config, args.size, args.data_dir)
    counts = make(
        args.data_dir,
        enhanced,
        args.output_dir,
        settings,
        scale,
        args.committee,
        further,
    )
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{args.output_dir}: {sum(counts.values())} clips: {listed}")


if __name__ == "__main__":
    main()
