"""Agreement of an assessor with the true metrics of a leaderboard.

Writes JSON: for each mode (blind, noisy, reference) and metric the MSE, LCC, SRCC and
KTAU per utterance, per system and within system; and the same over the outputs of
enhancement models alone (noisy and trained systems, without synthetic distortions).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sqase.bin import cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--assessor", required=True, help="folder")
    parser.add_argument("--leaderboard", required=True, help="unseen clips")
    parser.add_argument("--output", required=True, help="agreement.json")
    return parser


@cli
def main(argv=None) -> None:
    """Evaluate in every mode and print a table."""
    args = get_parser().parse_args(argv)
    from sqase.atomic import replacing
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.evaluation import evaluate, table

    result = evaluate(Assessor.load(args.assessor), Path(args.leaderboard))
    with replacing(args.output) as part:
        part.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
