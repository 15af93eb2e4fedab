"""Adapt a trained enhancement model to a new place, without one clean file.

Reads any model trained by ESPnet's enhancement task and a folder of recordings. Trains
the model on, as an arm of a recipe, but on rows without reference alone: guided by non-intrusive heads of the assessor, which is retrained on true scores of the
outputs and its leaderboard replayed, and anchored to the model as it was. The control
(`--anchor_only`) makes the same updates by the anchor alone.

The checkpoint is the best by true non-intrusive metrics on speakers kept back from the
training, among those whose outputs stay near those of the start. This rule cannot see
what such metrics cannot hear: whether all words are still there, or a level that
changed; and it uses the metrics that guided the training. Score the result with held
out metrics, or listen to it, before it is put to use.

Writes an ESPnet experiment directory as train_arm does: `config.yaml`, `selected.pth`
and, last, `unit.json`; sqase-export makes it stock. Goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_jobs_option, add_training_options, cli

EXAMPLE = """example, in the folder of a recipe whose stages 1 to 4 have run:
  sqase-adapt --config conf/adapt.yaml --model exp/seed1/baseline \\
      --real_dir recordings --assessor exp/sqa/assessor \\
      --leaderboard exp/leaderboard/train --output_dir exp/adapted/hall
"""


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqase-adapt",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_training_options(parser, "conf/adapt.yaml", data=False)
    add = parser.add_argument
    add("--model", required=True, help="training folder, or weights beside config.yaml")
    add("--real_dir", type=Path, required=True, help="<group>/[<speaker>/]<file>")
    add("--assessor", required=True, help="folder")
    add("--leaderboard", required=True, help="its training clips")
    add("--anchor_only", action="store_true", help="the control: no guidance")
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Cut the recordings, train, select, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate_leaderboard
    from sqase.data.rows import combine
    from sqase.metrics import ranges, roles
    from sqase.runtime import config
    from sqase.runtime.atomic import is_done, mark_done
    from sqase.runtime.lookup import check_names
    from sqase.runtime.provenance import digest_file
    from sqase.simulation.build import build_recordings
    from sqase.sqa.assessor import Assessor
    from sqase.tasks.adaptation import find_model, network_settings
    from sqase.tasks.arms import arm_settings, guidance_of, keep_assessor
    from sqase.tasks.enhancement import GuidedEnhancementTask
    from sqase.tasks.selection import keep_start
    from sqase.tasks.training import enhancement_files, train
    from sqase.tasks.unit import digest_settings, finish_unit

    settings = config.load(args.config, args.size, args.set)
    adaptation = settings.pop("adaptation")
    arm = "placebo_real" if args.anchor_only else "adapted"
    guidance = guidance_of(settings, arm)["real"]
    metric_roles, judges = roles.load(args.metrics), adaptation["selection"]
    metric_roles.refuse_held_out(guidance["heads"], f"{args.config}: real: heads")
    metric_roles.refuse_held_out(judges, f"{args.config}: selection")
    start, weights = find_model(args.model)
    settings |= network_settings(start, weights, settings["sample_rate"])
    heads = Assessor.load(args.assessor).metrics
    check_names("assessor head", guidance["heads"], heads)
    validate_leaderboard(args.leaderboard, ranges=ranges())

    output_dir, recordings = Path(args.output_dir), Path(args.output_dir, "recordings")
    digest = digest_settings(
        {
            **settings,
            **adaptation,
            "arm": arm,
            "seed": args.seed,
            "start": digest_file(weights),
        }
    )
    build_recordings(args.real_dir, adaptation, recordings, args.nj)
    if is_done(output_dir, digest):
        return
    for part in ("train", "valid"):
        combine(output_dir / "data" / part, None, recordings / part)
    train(
        GuidedEnhancementTask,
        arm_settings(
            settings,
            arm,
            baseline=weights,
            assessor=Path(args.assessor),
            leaderboard=Path(args.leaderboard),
            output_dir=output_dir,
            seed=args.seed,
        ),
        enhancement_files(output_dir / "data/train"),
        enhancement_files(output_dir / "data/valid"),
        output_dir,
        seed=args.seed,
        ngpu=args.ngpu,
    )
    keep_start(output_dir, weights)
    keep_assessor(output_dir, Path(args.assessor), guidance["mode"])
    finish_unit(
        output_dir,
        settings,
        recordings / "valid",
        [recordings / "train"],
        judges,
        args.nj,
        spread=dict.fromkeys(judges, 1.0),  # all of them in MOS
        near=adaptation["near_start_db"],
    )
    mark_done(output_dir, digest)


if __name__ == "__main__":
    main()
