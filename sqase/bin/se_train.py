"""Train the baseline: an ESPnet enhancement model with the signal loss alone.

With `start_from` in the settings, the folder of a trained model or `packaged`, it goes on
from that one, whose network it then has. Reads data directories with references; writes
an ESPnet experiment directory with one checkpoint an epoch, `selected.pth` (chosen on true
metrics of the validation set) and `unit.json` (written last: the run is complete).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_jobs_option, add_training_options, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="se_train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_training_options(parser, "conf/se.yaml")
    parser.add_argument(
        "--test_dirs", nargs="*", default=[], help="must not have been heard by the start"
    )
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Train, select, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate
    from sqase.data.heard import refuse_heard, write_heard
    from sqase.metrics import roles
    from sqase.runtime import config
    from sqase.runtime.provenance import digest_file
    from sqase.tasks.adaptation import start_from
    from sqase.tasks.enhancement import GuidedEnhancementTask
    from sqase.tasks.training import enhancement_files, train
    from sqase.tasks.unit import finish_unit

    settings = config.load(args.config, args.size, args.set)
    selection = roles.load(args.metrics).selection
    validate(args.train_dir)
    validate(args.valid_dir)
    output_dir, start = Path(args.output_dir), settings.pop("start_from", None)
    identity, heard_before = settings, None
    if start is not None:
        network, weights = start_from(start)
        heard_before = weights.parent
        refuse_heard(heard_before, args.test_dirs)
        identity = {**settings, "start_from": digest_file(weights)}
        settings |= {**network, "guide_conf": {"start": str(weights)}}
    write_heard(output_dir, Path(args.train_dir), heard_before)
    train(
        GuidedEnhancementTask,
        settings,
        enhancement_files(args.train_dir),
        enhancement_files(args.valid_dir),
        output_dir,
        seed=args.seed,
        ngpu=args.ngpu,
    )
    finish_unit(
        output_dir, identity, args.valid_dir, [args.train_dir], selection, args.nj
    )


if __name__ == "__main__":
    main()
