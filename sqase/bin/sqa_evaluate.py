"""Agreement of an assessor with the true metrics of a leaderboard.

Writes JSON: for each mode (blind, noisy, reference, committee) that the leaderboard
allows, and each metric, the MSE, LCC, SRCC and KTAU per utterance, per system and within
system; the same over noisy clips and the outputs of enhancers alone, and over those of
systems that training did not hear; how often it tells the better one of two clips, and
the direction: which edits of one output are better. A picture of predicted over true scores is drawn beside it.
"""

from __future__ import annotations

import argparse
import json

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
    parser.add_argument("--heard", help="the leaderboard that it was trained on")
    parser.add_argument("--output", required=True, help="agreement.json")
    parser.add_argument("--plot", required=True, help="scatter.png")
    return parser


@cli
def main(argv=None) -> None:
    """Evaluate in every mode and print a table."""
    args = get_parser().parse_args(argv)
    from sqase.data.data_dir import read_scp
    from sqase.report.scatter import draw
    from sqase.runtime.atomic import replacing
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.clips import Leaderboard
    from sqase.sqa.comparison import compare
    from sqase.sqa.direction import direction
    from sqase.sqa.evaluation import evaluate, table
    from sqase.sqa.prediction import against_committee, predict_clips

    assessor = Assessor.load(args.assessor)
    board = Leaderboard(args.leaderboard, assessor.metrics)
    predicted = {
        mode: predict_clips(assessor, board, board.ids, mode) for mode in board.modes
    }
    heard = set(read_scp(f"{args.heard}/utt2sys").values()) if args.heard else None
    null = against_committee(board, board.ids) if "committee" in predicted else None
    result = evaluate(board, predicted, heard) | {
        "comparison": compare(assessor, board),
        "direction": direction(board, predicted, null),
    }
    draw(board, predicted, args.plot)
    with replacing(args.output) as part:
        part.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(table(result))


if __name__ == "__main__":
    main()
