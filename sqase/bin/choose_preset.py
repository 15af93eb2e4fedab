"""Make the arm `preset`: the baseline with the best of some fixed changes of its output.

Reads the baseline's experiment directory and the validation set; prints what each
change gives there; writes a directory like that of a trained arm, with `preset.json`
and, last, `unit.json`. Goes on where it was interrupted.
"""

from __future__ import annotations

import argparse

from sqase.bin import add_jobs_option, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="choose_preset",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--baseline", required=True, help="experiment directory")
    add("--valid_dir", required=True, help="that the baseline's epoch was chosen on")
    add("--output_dir", required=True)
    add_jobs_option(parser, "scoring processes")
    return parser


@cli
def main(argv=None) -> None:
    """Score all, choose, write unit.json."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import validate
    from sqase.report import presets, tables
    from sqase.tasks.preset_choice import choose_preset

    validate(args.valid_dir)
    unit = choose_preset(args.baseline, args.valid_dir, args.output_dir, args.nj)
    print(tables.to_text(presets.table({"validation": unit})))


if __name__ == "__main__":
    main()
