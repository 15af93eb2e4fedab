"""Score sound files: predicted metrics without references, or true ones with them.

Takes any rate, number of channels and format that libsndfile reads; channels are
averaged. A file that cannot be used is skipped. That, and a score that could not be
measured, is said, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqase.bin import cli
from sqase.metrics import METRICS, Score, computed
from sqase.pretrained import ASSESSOR
from sqase.report.file_scores import FORMS

EXAMPLE = """examples:
  sqase-score enhanced
  sqase-score enhanced --model exp/sqa/assessor
  sqase-score enhanced --committee recordings
  sqase-score enhanced --reference clean --metrics estoi si_snr --format csv
"""
TRUE_METRICS = ("pesq_wb", "estoi", "si_snr", "sdr")


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqase-score",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", nargs="+", help="sound file, folder of them, or scp file (id path)"
    )
    judge = parser.add_mutually_exclusive_group()
    judge.add_argument(
        "--model",
        default=ASSESSOR,
        help="assessor: a folder or its name on the Hugging Face hub; default: the small "
        "one that comes with sqase",
    )
    judge.add_argument(
        "--reference",
        help="clean references, as the input: a file, a folder with the same names, or "
        "an scp file with the same ids",
    )
    parser.add_argument(
        "--committee",
        metavar="RECORDINGS",
        help="what the input was made from, named as for --reference: the assessor also "
        "hears the mean of what the published enhancers make of it",
    )
    parser.add_argument(
        "--metrics",
        nargs="+",
        help="default: all that the assessor predicts, or with --reference "
        f"{' '.join(TRUE_METRICS)}, out of: {' '.join(computed())}",
    )
    parser.add_argument("--format", choices=FORMS, default="table")
    return parser


@cli
def main(argv=None) -> None:
    """Print the scores on stdout."""
    parser = get_parser()
    args = parser.parse_args(argv)
    if args.committee and args.reference:
        parser.error("argument --committee: not allowed with argument --reference")
    from sqase.data.inputs import collect
    from sqase.report import file_scores
    from sqase.runtime.lookup import check_names
    from sqase.runtime.progress import Progress

    files = collect(args.input)
    if not args.reference:
        from sqase.sqa.assessor import Assessor
        from sqase.sqa.files import score_file

        assessor = Assessor.from_pretrained(args.model)
        metrics = args.metrics or assessor.metrics
        check_names("assessor head", metrics, assessor.metrics)
        if args.committee:
            from sqase.published.committee import Committee

            recordings = collect([args.committee])
            committee = Committee()
            committee.expect_several()
    else:
        references = collect([args.reference])
        metrics = args.metrics or TRUE_METRICS
        METRICS.check(metrics)
    skipped, lacking = [], []
    spent = file_scores.Spent()

    def score(name: str, path: Path) -> file_scores.Scores:
        if args.committee:
            recording = file_scores.find_reference(name, files, recordings)
            return file_scores.by_committee(
                path, recording, committee.each, assessor.score, spent
            )
        if not args.reference:
            return {m: Score(v) for m, v in score_file(assessor, path).items()}
        reference = file_scores.find_reference(name, files, references)
        return file_scores.true(path, reference, metrics)

    def rows() -> Iterator[tuple[str, file_scores.Scores]]:
        with Progress("scores", len(files), "files") as progress:
            for name, path in files.items():
                try:
                    scores = score(name, path)
                except (ValueError, FileNotFoundError) as error:
                    progress.note(f"warning: skipped: {error}")
                    skipped.append(name)
                else:
                    if any(found.value is None for found in scores.values()):
                        lacking.append(name)
                    yield name, scores
                progress.update()

    file_scores.write(rows(), len(files), metrics, args.format, sys.stdout)
    if args.committee:
        print(f"committee: {spent}", file=sys.stderr)
    if skipped or lacking:
        kinds = {"skipped": skipped, "without some of their scores": lacking}
        given = len(files)
        parts = [f"{len(n)} of {given} files {kind}" for kind, n in kinds.items() if n]
        raise ValueError(f"{' and '.join(parts)} (listed above)")


if __name__ == "__main__":
    main()
