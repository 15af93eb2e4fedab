"""Train the baseline: an ESPnet enhancement model with the signal loss alone.

Reads data directories with references; writes an ESPnet experiment directory with
one checkpoint an epoch, `selected.pth` (chosen on true metrics of the validation
set) and `unit.json` (written last: the run is complete).
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
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Train, select, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate
    from sqase.data.heard import write_heard
    from sqase.metrics import roles
    from sqase.runtime import config
    from sqase.tasks.enhancement import GuidedEnhancementTask
    from sqase.tasks.training import enhancement_files, train
    from sqase.tasks.unit import finish_unit

    settings = config.load(args.config, args.size, args.set)
    selection = roles.load(args.metrics).selection
    validate(args.train_dir)
    validate(args.valid_dir)
    output_dir = Path(args.output_dir)
    write_heard(output_dir, Path(args.train_dir))
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
        output_dir, settings, args.valid_dir, [args.train_dir], selection, args.nj
    )


if __name__ == "__main__":
    main()
