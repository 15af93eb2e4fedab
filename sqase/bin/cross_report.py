"""Write a table of several models on several test sets.

Example:
    python -m sqase.bin.cross_report --config conf/metrics.yaml \
        --data_dir data/mini/test data/folders/test --expdir exp/mini exp/folders \
        --models noisy mini/baseline folders/baseline --seed 1 --output RESULTS.md
"""

import argparse
from pathlib import Path

from sqase.bin import cli
from sqase.metrics import roles


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="cross_report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", required=True, help="conf/metrics.yaml")
    parser.add_argument(
        "--data_dir", type=Path, nargs="+", required=True, help="of each test set"
    )
    parser.add_argument(
        "--expdir", type=Path, nargs="+", required=True, help="of each set: its scores"
    )
    parser.add_argument("--models", nargs="+", required=True, help="names of systems")
    parser.add_argument("--control", default="noisy", help="one of them")
    parser.add_argument("--seed", required=True)
    parser.add_argument("--title", default="Across corpora")
    parser.add_argument("--command", default="./run.sh", help="what reproduces it")
    parser.add_argument("--output", type=Path, required=True, help="RESULTS.md")
    return parser


@cli
def main(argv=None) -> None:
    """Read the scores, write the table, print it."""
    args = get_parser().parse_args(argv)
    from sqase.report.cross import render_cross
    from sqase.report.load import load_scored_set
    from sqase.runtime.atomic import replacing
    from sqase.runtime.lookup import check_names
    from sqase.runtime.provenance import collect

    metrics = roles.load(args.config)
    check_names("model", [args.control], args.models)
    if len(args.expdir) != len(args.data_dir):
        raise ValueError(
            f"--expdir: expected one for each --data_dir ({len(args.data_dir)}), "
            f"got {len(args.expdir)}"
        )
    test_sets = {
        f"{data_dir.parent.name}/{data_dir.name}": load_scored_set(
            expdir, data_dir, args.models, [args.seed], metrics.main
        )
        for data_dir, expdir in zip(args.data_dir, args.expdir)
    }
    provenance = collect(args.command, int(args.seed))
    text = render_cross(args.title, test_sets, args.control, metrics, provenance)
    with replacing(args.output) as part:
        part.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
