"""Take a trained ESPnet enhancement model for the baseline, in place of training one.

Reads any model of one speaker at 16 kHz; writes an experiment directory as se_train
does, with the one checkpoint, `selected.pth` and, last, `unit.json`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_jobs_option, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="se_import",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", required=True, help="training folder, weights, or unpacked model")
    add("--metrics", default="conf/metrics.yaml", help="their roles")
    add("--valid_dir", required=True, help="for the spread of its scores")
    add("--test_dirs", nargs="*", default=[], help="must not have been heard by it")
    add("--output_dir", required=True)
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Copy, score, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate
    from sqase.data.heard import refuse_heard
    from sqase.metrics import roles
    from sqase.runtime.provenance import digest_file
    from sqase.tasks.adaptation import find_model, import_model
    from sqase.tasks.unit import finish_unit

    selection = roles.load(args.metrics).selection
    validate(args.valid_dir)
    refuse_heard(find_model(args.model)[0].parent, args.test_dirs)
    network = import_model(args.model, args.output_dir)
    weights = digest_file(Path(args.output_dir) / "1epoch.pth")
    settings = {**network, "weights": weights}
    finish_unit(args.output_dir, settings, args.valid_dir, [], selection, args.nj)


if __name__ == "__main__":
    main()
