"""Label the clips of a data directory with true metrics.

Reads wav.scp, utt2sys and, where there is one, the list of references; writes one
JSON object a clip. Scores are cached by content: a killed run continues, a finished
one repeats at no cost. A shard fills the cache and writes no labels.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from sqase.bin import add_jobs_option, add_shard_option, cli
from sqase.data.data_dir import read_scp, write_labels
from sqase.labels import Clip, label
from sqase.runtime.lookup import check_names
from sqase.runtime.shards import Shard
from sqase.systems.planning import load_settings


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(
        prog="label_data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data_dir", type=Path, required=True, help="leaderboard")
    parser.add_argument("--metrics", required=True, help='names, as "pesq_wb stoi"')
    parser.add_argument("--cache", type=Path, required=True, help="sqlite file")
    add_jobs_option(parser, "scoring processes")
    parser.add_argument(
        "--reference_scp", default="spk1.scp", help="references, inside data_dir"
    )
    parser.add_argument(
        "--config", type=Path, help="conf/leaderboard.yaml; its label_shares are used"
    )
    parser.add_argument(
        "--size", default="default", help="default, large, small or smoke"
    )
    add_shard_option(parser)
    parser.add_argument("--output", type=Path, required=True, help="labels.jsonl")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Label one directory."""
    args = get_parser().parse_args(argv)
    shard = Shard.parse(args.shard)
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
    rows = label(
        clips, metrics, cache=args.cache, nj=args.nj, shares=shares, shard=shard
    )
    if shard.whole:
        write_labels(args.output, rows)


if __name__ == "__main__":
    main()
