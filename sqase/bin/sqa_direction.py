"""Ask judges which small change of an arm's outputs is better, before and after the arm.

Writes JSON (see `sqase.tasks.arm_direction`). "before" is the assessor that all arms start
with, "after" the arm's own, as the closed loop left it; both hear what that one heard when
it guided. Where the settings ask for no outputs, it writes `{}`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sqase.bin import cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_direction",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--before", required=True, help="assessor, a folder")
    parser.add_argument("--after", help="the arm's own, if it has one")
    parser.add_argument("--data_dir", type=Path, required=True, help="test set")
    parser.add_argument("--enhanced_scp", required=True, help="what the arm made of it")
    parser.add_argument("--system", required=True, help="name of the arm")
    parser.add_argument("--committee_scp", help="what published enhancers made of it")
    parser.add_argument("--config", required=True, help="conf/leaderboard.yaml")
    parser.add_argument(
        "--size", default="default", help="default, large, small or smoke"
    )
    parser.add_argument("--output", type=Path, required=True, help="JSON file")
    return parser


@cli
def main(argv=None) -> None:
    """Ask, and write what is found."""
    args = get_parser().parse_args(argv)
    from sqase.runtime import config
    from sqase.runtime.atomic import replacing

    settings = config.load(args.config, args.size)["direction"]
    found = _ask(args, settings) if settings["outputs"] else {}
    with replacing(args.output) as part:
        part.write_text(json.dumps(found), encoding="utf-8")


def _ask(args: argparse.Namespace, settings: dict[str, int]) -> dict:
    from sqase.data.listings import read_scp
    from sqase.labels import LabelPool
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.clips import Leaderboard
    from sqase.tasks.arm_direction import arm_direction

    folders = {"before": args.before} | ({"after": args.after} if args.after else {})
    judges = {name: Assessor.load(folder) for name, folder in folders.items()}
    board = Leaderboard.of_system(
        args.system,
        read_scp(args.enhanced_scp),
        read_scp(args.data_dir / "wav.scp"),
        read_scp(args.data_dir / "spk1.scp"),
        judges["before"].metrics,
        read_scp(args.committee_scp) if args.committee_scp else {},
    )
    mode = [*judges.values()][-1].config.get("mode", "reference")
    with LabelPool(nj=1) as pool:
        return arm_direction(board, judges, mode, pool.table, **settings)


if __name__ == "__main__":
    main()
