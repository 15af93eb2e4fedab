"""Write RESULTS.md, results.json, scores.jsonl.gz, figures and a page to listen to.

Example:
    python -m sqase.bin.report --expdir exp --data_dir data \
        --config conf/metrics.yaml --arms "noisy baseline placebo refreshed" \
        --seeds "1" --test_sets "test real" --output_dir . --page exp/report/index.html \
        --command './run.sh --clean_dir "$CLEAN" --noise_dir "$NOISE"'
"""

import argparse
from pathlib import Path

from sqase.bin import cli
from sqase.metrics import roles
from sqase.report.write import write_report


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--expdir", required=True)
    parser.add_argument("--data_dir", required=True, help="holds the test sets")
    parser.add_argument("--config", required=True, help="conf/metrics.yaml")
    parser.add_argument("--arms", required=True, type=str.split)
    parser.add_argument("--seeds", required=True, type=str.split)
    parser.add_argument("--test_sets", required=True, type=str.split)
    parser.add_argument("--output_dir", required=True)
    parser.add_argument("--page", required=True, help="HTML file")
    parser.add_argument(
        "--command",
        default="./run.sh",
        help="what reproduces the table; corpus folders as variables, e.g. $CLEAN",
    )
    return parser


@cli
def main(argv=None) -> None:
    """Write the report and print its main tables."""
    args = get_parser().parse_args(argv)
    text = write_report(
        expdir=args.expdir,
        test_dirs=[Path(args.data_dir) / name for name in args.test_sets],
        roles=roles.load(args.config),
        arms=args.arms,
        seeds=args.seeds,
        output_dir=args.output_dir,
        page_path=args.page,
        command=args.command,
    )
    print(f"{text}\nto look at and listen to: {args.page}")


if __name__ == "__main__":
    main()
