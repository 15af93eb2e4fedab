"""Score enhanced signals with true metrics: a system on a test set, or several.

References come from spk1.scp of the data directory, or from scoring_reference.scp
where they were kept from training. With neither, metrics that need one are null with
the reason "no reference". A shard fills the cache and writes no scores.
"""

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from sqase.bin import add_jobs_option, add_results, add_shard_option, cli, results
from sqase.data.data_dir import read_scp, write_labels
from sqase.labels import Clip, label
from sqase.runtime.shards import Shard


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="score",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_results(parser, "scores.jsonl")
    parser.add_argument("--metrics", required=True, help='names, as "pesq_wb stoi"')
    parser.add_argument("--cache", type=Path, required=True, help="sqlite file")
    add_jobs_option(parser, "scoring processes")
    add_shard_option(parser)
    return parser


def find_references(data_dir: Path) -> dict[str, str]:
    """Utterance id -> path of its reference, empty where the set has none."""
    for name in ("spk1.scp", "scoring_reference.scp"):
        if (data_dir / name).exists():
            return read_scp(data_dir / name)
    return {}


def find_clips(result: argparse.Namespace) -> list[Clip]:
    """The clips of one result, in the order of the data directory."""
    utterances = read_scp(result.data_dir / "wav.scp")
    enhanced = read_scp(result.enhanced_scp)
    if utterances.keys() != enhanced.keys():
        odd = min(utterances.keys() ^ enhanced.keys())
        raise ValueError(
            f"{result.enhanced_scp}: expected the {len(utterances)} ids of "
            f"{result.data_dir / 'wav.scp'}, got {len(enhanced)}, {odd} in only one of "
            "them. Enhance the whole set again"
        )
    references = find_references(result.data_dir)
    return [
        Clip(utt, result.system, enhanced[utt], references.get(utt))
        for utt in utterances
    ]


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Score all of them with one pool of processes."""
    args = get_parser().parse_args(argv)
    metrics, shard = args.metrics.split(), Shard.parse(args.shard)
    found = [(result.output, find_clips(result)) for result in results(args)]
    clips = [clip for _, of_result in found for clip in of_result]
    rows = iter(label(clips, metrics, cache=args.cache, nj=args.nj, shard=shard))
    for output, of_result in found if shard.whole else ():
        write_labels(output, list(islice(rows, len(of_result))))


if __name__ == "__main__":
    main()
