"""Label the clips of a data directory with true metrics.

Reads wav.scp, utt2sys and, where there is one, the list of references; writes one
JSON object a clip. Scores are cached by content: a killed run continues, a finished
one repeats at no cost. On several machines, each labels a part:

    utils/run.sh JOB=1:4 label.JOB.log python -m sqase.bin.label_data ... \
        --shard JOB/4 --cache JOB.sqlite --output labels.JOB.jsonl
    cat labels.{1..4}.jsonl > labels.jsonl
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.data_dir import read_scp, write_labels
from sqase.labels import Clip, label
from sqase.lookup import check_names
from sqase.systems.leaderboard import load_settings


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, required=True, help="leaderboard")
    parser.add_argument("--metrics", required=True, help='names, as "pesq_wb stoi"')
    parser.add_argument("--cache", type=Path, required=True, help="sqlite file")
    parser.add_argument("--nj", type=int, default=1, help="scoring processes")
    parser.add_argument(
        "--reference_scp", default="spk1.scp", help="references, inside data_dir"
    )
    parser.add_argument(
        "--config", type=Path, help="conf/leaderboard.yaml; its label_shares are used"
    )
    parser.add_argument(
        "--size", default="default", help="default, large, small or smoke"
    )
    parser.add_argument(
        "--shard", default="1/1", metavar="K/N", help="label the K-th of N parts alone"
    )
    parser.add_argument("--output", type=Path, required=True, help="labels.jsonl")
    return parser


def part_of(clips: list[Clip], shard: str) -> list[Clip]:
    """The clips of a shard: consecutive, so that the outputs can be concatenated.

    Raises:
        ValueError: `shard` is not K/N with 1 <= K <= N.
    """
    found = re.fullmatch(r"(\d+)/(\d+)", shard)
    number, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= parts:
        raise ValueError(f"--shard: expected K/N with 1 <= K <= N, got {shard!r}")
    start, end = (len(clips) * n // parts for n in (number - 1, number))
    return clips[start:end]


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Label one directory."""
    args = get_parser().parse_args(argv)
    systems = read_scp(args.data_dir / "utt2sys")
    reference_scp = args.data_dir / args.reference_scp
    references = read_scp(reference_scp) if reference_scp.exists() else {}
    clips = []
    for utt, path in read_scp(args.data_dir / "wav.scp").items():
        if utt not in systems:
            raise ValueError(
                f"{args.data_dir / 'utt2sys'}: expected a line for {utt}, got none. "
                "Every id of wav.scp needs its system"
            )
        clips.append(Clip(utt, systems[utt], path, references.get(utt)))
    metrics, shares = args.metrics.split(), {}
    if args.config:
        settings, _ = load_settings(args.config, args.size, args.data_dir)
        shares = settings.get("label_shares", {})
        check_names("metric of label_shares", shares, metrics)
    clips = part_of(clips, args.shard)
    rows = label(clips, metrics, cache=args.cache, nj=args.nj, shares=shares)
    write_labels(args.output, rows)


if __name__ == "__main__":
    main()
