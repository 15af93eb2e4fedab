"""Enhance the signals of an scp file with a trained model.

Writes 16-bit FLAC files and, last, wav.scp into the output directory; by `committee`, files
with a channel for each member, which read as one are their mean. Signals that
are there already from the same model are kept. A shard writes FLAC files alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import add_jobs_option, add_shard_option, cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="se_enhance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--model_dir", required=True, help="of the experiment; or a published enhancer"
    )
    parser.add_argument("--checkpoint", default="selected.pth", help="file in it")
    parser.add_argument("--scp", required=True, help="noisy signals")
    parser.add_argument(
        "--made",
        nargs="*",
        default=[],
        help="folders of what members of the committee made of the same signals",
    )
    parser.add_argument("--output_dir", required=True)
    add_jobs_option(parser, "processes")
    add_shard_option(parser)
    return parser


@cli
def main(argv=None) -> None:
    """Enhance every signal."""
    args = get_parser().parse_args(argv)
    from sqase.data.listings import read_scp
    from sqase.runtime.progress import watched
    from sqase.runtime.shards import Shard
    from sqase.tasks.enhance import MEMBERS, enhance_files

    noisy, output_dir = read_scp(args.scp), Path(args.output_dir)
    model, checkpoint = args.model_dir, args.checkpoint
    if model == "committee":
        model, checkpoint = MEMBERS, ""
    with watched(output_dir / "audio", "**/*.flac", "enhanced", len(noisy)):
        enhance_files(
            Path(model),
            checkpoint,
            noisy,
            output_dir,
            args.nj,
            Shard.parse(args.shard),
            args.made,
        )


if __name__ == "__main__":
    main()
