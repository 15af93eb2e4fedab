"""Train one arm from a baseline: guided by the assessor, or its control.

It trains on so many rows of the data directories as the settings say, which are the same
ones for all arms and seeds. Reads data directories, the baseline's network and checkpoint,
the assessor and its leaderboard; writes an ESPnet experiment directory with one checkpoint
an epoch, the assessor as the closed loop left it (`assessor/`), `selected.pth` and, last,
`unit.json`. Goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sqase.bin import add_jobs_option, add_training_options, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="train_arm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_training_options(parser, "conf/se_guided.yaml")
    parser.add_argument("--arm", required=True, help="a name in its section `arms`")
    parser.add_argument("--real_dir", type=Path, help="recordings without reference")
    parser.add_argument(
        "--committee",
        type=Path,
        help="folder of what make_committee made of the rows of each set",
    )
    parser.add_argument("--baseline", required=True, help="experiment directory")
    parser.add_argument("--assessor", required=True, help="folder")
    parser.add_argument("--witness", type=Path, help="folder of a second assessor")
    parser.add_argument("--leaderboard", required=True, help="its training clips")
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Train, select, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.metrics import roles
    from sqase.runtime import config
    from sqase.tasks.adaptation import find_model, network_settings
    from sqase.tasks.arms import (
        arm_settings,
        guidance_of,
        keep_assessor,
        lay_rows,
    )
    from sqase.tasks.enhance import SELECTED
    from sqase.tasks.enhancement import GuidedEnhancementTask
    from sqase.tasks.selection import keep_start
    from sqase.tasks.training import enhancement_files, train
    from sqase.tasks.unit import finish_unit

    settings = config.load(args.config, args.size, args.set)
    guidance = guidance_of(settings, args.arm)
    metric_roles = roles.load(args.metrics)
    metric_roles.refuse_held_out(guidance["heads"], f"{args.config}: heads")
    output_dir, baseline = Path(args.output_dir), Path(args.baseline)
    network = network_settings(*find_model(baseline), None)
    use_real = guidance.get("use_real", False)
    if use_real:
        metric_roles.refuse_held_out(
            guidance["real"]["heads"], f"{args.config}: real: heads"
        )
    committee = lay_rows(
        settings,
        args.arm,
        Path(args.train_dir),
        args.real_dir,
        args.committee,
        output_dir,
    )
    train(
        GuidedEnhancementTask,
        arm_settings(
            {**settings, **network},
            args.arm,
            baseline=baseline / SELECTED,
            assessor=Path(args.assessor),
            leaderboard=Path(args.leaderboard),
            output_dir=output_dir,
            seed=args.seed,
            witness=args.witness,
        ),
        enhancement_files(output_dir / "data"),
        enhancement_files(args.valid_dir),
        output_dir,
        seed=args.seed,
        ngpu=args.ngpu,
    )
    keep_start(output_dir, baseline / SELECTED)
    keep_assessor(output_dir, Path(args.assessor), guidance["mode"])
    start = json.loads((baseline / "unit.json").read_text(encoding="utf-8"))
    finish_unit(
        output_dir,
        {k: v for k, v in settings.items() if k != "arms"},
        args.valid_dir,
        [args.train_dir, args.real_dir][: 1 + use_real],
        metric_roles.selection,
        args.nj,
        spread=start["spread"],
        arm=settings["arms"][args.arm] or {},
        committee=committee,
    )


if __name__ == "__main__":
    main()
