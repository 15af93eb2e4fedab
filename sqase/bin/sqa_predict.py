"""Let an assessor score the enhanced signals of one system on one test set.

The rows are those of a score file, with predicted in place of true metrics. The
assessor hears what it heard when it guided (its setting `mode`, else the reference);
a set without references is heard blind.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_predict",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--assessor", required=True, help="folder")
    parser.add_argument("--data_dir", required=True, help="test set")
    parser.add_argument("--enhanced_scp", required=True, help="what to score")
    parser.add_argument("--system", required=True, help="name of what enhanced it")
    parser.add_argument("--output", required=True, help="jsonl file")
    return parser


@cli
def main(argv=None) -> None:
    """Predict and write the rows."""
    args = get_parser().parse_args(argv)
    from sqase.listings import read_scp, write_labels
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.clips import Leaderboard
    from sqase.sqa.prediction import predict_clips

    assessor = Assessor.load(args.assessor)
    data_dir = Path(args.data_dir)
    enhanced = read_scp(args.enhanced_scp)
    board = Leaderboard.of_system(
        args.system,
        enhanced,
        read_scp(data_dir / "wav.scp"),
        read_scp(data_dir / "spk1.scp") if (data_dir / "spk1.scp").is_file() else {},
        assessor.metrics,
    )
    mode = assessor.config.get("mode", "reference")
    scores = predict_clips(assessor, board, board.ids, mode)
    rows = [
        {
            "id": name,
            "system": args.system,
            "metrics": {
                m: round(float(v), 4) for m, v in zip(assessor.metrics, values)
            },
        }
        for name, values in zip(board.ids, scores)
    ]
    write_labels(args.output, rows)


if __name__ == "__main__":
    main()
