"""Let assessors score the enhanced signals of systems on test sets.

The rows are those of a score file, with predicted in place of true metrics. The
assessor hears what it heard when it guided (its setting `mode`, else the reference);
where that is not there, it hears the signal alone. A published enhancer is judged beside
the others of the committee.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_results, cli, results


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqa_predict",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_results(parser, "jsonl file")
    parser.add_argument(
        "--assessor", nargs="+", required=True, help="folder, one for each result"
    )
    parser.add_argument(
        "--committee",
        type=Path,
        help="folder of <test set>/wav.scp, what published enhancers make, a channel each",
    )
    return parser


def others_than(system: str, names: list[str]) -> str | None:
    """Numbers of the members of a committee but for one, if it is among them.

    >>> others_than("dtln", ["rnnoise", "dtln", "gtcrn"])
    '0 2'
    """
    if system not in names:
        return None
    return " ".join(str(n) for n, name in enumerate(names) if name != system)


@cli
def main(argv=None) -> None:
    """Predict and write the rows."""
    args = get_parser().parse_args(argv)
    from sqase.data.listings import read_scp, write_labels
    from sqase.published.committee import Committee
    from sqase.runtime.progress import track
    from sqase.sqa.assessor import Assessor
    from sqase.sqa.clips import Leaderboard
    from sqase.sqa.prediction import predict_clips

    names = list(Committee.present()) if args.committee else []
    for result in track(results(args, "assessor"), "predictions", "results"):
        assessor = Assessor.load(result.assessor)
        heard = {"reference": result.data_dir / "spk1.scp"}
        if args.committee is not None:
            heard["committee"] = args.committee / result.data_dir.name / "wav.scp"
        heard = {k: read_scp(path) for k, path in heard.items() if path.is_file()}
        board = Leaderboard.of_system(
            result.system,
            read_scp(result.enhanced_scp),
            read_scp(result.data_dir / "wav.scp"),
            heard.get("reference", {}),
            assessor.metrics,
            heard.get("committee", {}),
            others_than(result.system, names),
        )
        mode = assessor.config.get("mode", "reference")
        scores = predict_clips(assessor, board, board.ids, mode)
        rows = []
        for name, values in zip(board.ids, scores.tolist()):
            metrics = {m: round(v, 4) for m, v in zip(assessor.metrics, values)}
            rows.append({"id": name, "system": result.system, "metrics": metrics})
        write_labels(result.output, rows)


if __name__ == "__main__":
    main()
