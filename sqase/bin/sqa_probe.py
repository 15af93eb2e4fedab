"""Probe an assessor: what should not move its scores, and what could fool it.

Writes JSON (see `sqase.sqa.probes`): changes by gain, padding and appended silence,
errors by length, and how far an attack on the noisy clips of a leaderboard raises the
predicted and the true PESQ; and what its choice among the means of a committee's subsets
is worth (`sqase.sqa.choice`). Where the settings probe with no clips, it writes `{}`.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from sqase.bin import add_jobs_option, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_probe",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--assessor", required=True, help="folder")
    parser.add_argument("--other", help="second assessor, for the transfer of attacks")
    parser.add_argument("--leaderboard", required=True, help="unseen clips")
    parser.add_argument("--config", required=True, help="conf/leaderboard.yaml")
    parser.add_argument(
        "--size", default="default", help="default, large, small or smoke"
    )
    add_jobs_option(parser, "scoring processes")
    parser.add_argument("--output", required=True, help="probes.json")
    return parser


@cli
def main(argv=None) -> None:
    """Probe and print the attack."""
    args = get_parser().parse_args(argv)
    from sqase.runtime import config
    from sqase.runtime.atomic import replacing

    settings = config.load(args.config, args.size)["probes"]
    result = _probe(args, settings) if settings["clips"] else {}
    with replacing(args.output) as part:
        part.write_text(json.dumps(result, indent=1), encoding="utf-8")
    for metric, rows in result.get("attack", {}).items():
        for steps, rise in rows.items():
            found = f"predicted {rise['predicted_rise']:+.3f}"
            print(f"{metric}, {steps} steps: {found}, true {rise['true_rise']:+.3f}")


def _probe(args: argparse.Namespace, settings: dict[str, Any]) -> dict[str, Any]:
    """Probes and choice."""
    from functools import partial

    from sqase.labels import LabelPool
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.choice import choice
    from sqase.sqa.clips import Leaderboard
    from sqase.sqa.probes import probe

    assessor = Assessor.load(args.assessor)
    names = list(assessor.metrics)
    with LabelPool(args.nj) as pool:
        board = Leaderboard(args.leaderboard, names)
        other = Assessor.load(args.other) if args.other else None
        of_all = partial(pool.table, names=names)
        result = probe(assessor, board, of_all, other=other, **settings)
        result["choice"] = choice(assessor, board, pool.table, settings["clips"])
    return result


if __name__ == "__main__":
    main()
