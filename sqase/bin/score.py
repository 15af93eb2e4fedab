"""Score the enhanced signals of one system on one test set with true metrics.

References come from spk1.scp of the data directory, or from scoring_reference.scp
where they were kept from training. With neither, metrics that need one are null with
the reason "no reference".
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import cli
from sqase.data_dir import read_scp, write_labels
from sqase.labels import Clip, label


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, required=True, help="test set")
    parser.add_argument("--enhanced_scp", type=Path, required=True, help="to score")
    parser.add_argument("--system", required=True, help="name of what enhanced it")
    parser.add_argument("--metrics", required=True, help='names, as "pesq_wb stoi"')
    parser.add_argument("--cache", type=Path, required=True, help="sqlite file")
    parser.add_argument("--nj", type=int, default=1, help="scoring processes")
    parser.add_argument("--output", type=Path, required=True, help="scores.jsonl")
    return parser


def find_references(data_dir: Path) -> dict[str, str]:
    """Utterance id -> path of its reference, empty where the set has none."""
    for name in ("spk1.scp", "scoring_reference.scp"):
        if (data_dir / name).exists():
            return read_scp(data_dir / name)
    return {}


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Score one system on one set."""
    args = get_parser().parse_args(argv)
    utterances = read_scp(args.data_dir / "wav.scp")
    enhanced = read_scp(args.enhanced_scp)
    if utterances.keys() != enhanced.keys():
        odd = min(utterances.keys() ^ enhanced.keys())
        raise ValueError(
            f"{args.enhanced_scp}: expected the {len(utterances)} ids of "
            f"{args.data_dir / 'wav.scp'}, got {len(enhanced)}, {odd} in only one of "
            "them. Enhance the whole set again"
        )
    references = find_references(args.data_dir)
    clips = [
        Clip(utt, args.system, enhanced[utt], references.get(utt)) for utt in utterances
    ]
    rows = label(clips, args.metrics.split(), cache=args.cache, nj=args.nj)
    write_labels(args.output, rows)


if __name__ == "__main__":
    main()
