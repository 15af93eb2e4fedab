"""Write the page on an assessor: its agreement, and its probes where there are any.

Example:
    python -m sqase.bin.sqa_report --expdir exp --command "./run.sh --stop_stage 5"
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from sqase.bin import cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--expdir", type=Path, required=True, help="stages 3 to 5")
    parser.add_argument("--command", required=True, help="what reproduces it")
    parser.add_argument("--output", type=Path, required=True, help="ASSESSOR.md")
    return parser


@cli
def main(argv=None) -> None:
    """Read, render, write."""
    args = get_parser().parse_args(argv)
    from sqase.data.listings import read_scp
    from sqase.report.assessor import render_assessor
    from sqase.runtime.atomic import replacing
    from sqase.runtime.provenance import collect

    agreement, probes = (
        json.loads(path.read_text("utf-8")) if path.exists() else {}
        for path in (
            args.expdir / f"sqa/{name}.json" for name in ("agreement", "probes")
        )
    )
    systems = {
        part: Counter(read_scp(args.expdir / f"leaderboard/{part}/utt2sys").values())
        for part in ("train", "test")
    }
    page = render_assessor(agreement, probes, systems, collect(args.command, None))
    with replacing(args.output) as part:
        part.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
