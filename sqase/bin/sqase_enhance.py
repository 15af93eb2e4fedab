"""Enhance sound files with a trained model, or with one that others published.

Takes any rate, number of channels and length, and any format that libsndfile reads and
writes. The outputs keep the format and level of the inputs; a folder's structure is
mirrored. Channels are enhanced one by one. Models work at 16 kHz: what is above 8 kHz
in a file is not in the output. Started again, it goes on where it was interrupted.
A file that cannot be used is skipped, said, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sqase.bin import cli
from sqase.pretrained import ENHANCER
from sqase.published import PUBLISHED

EXAMPLE = """examples:
  sqase-enhance recordings -o enhanced
  sqase-enhance recordings -o enhanced --model exp/seed1/arms/refreshed
  sqase-enhance recordings -o enhanced --model gtcrn
"""


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqase-enhance",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", nargs="+", help="sound file, folder of them, or scp file (id path)"
    )
    parser.add_argument("-o", "--output_dir", required=True, type=Path)
    parser.add_argument(
        "--model",
        default=ENHANCER,
        help="folder of a trained or exported enhancer, or one of those that others "
        f"published ({', '.join(PUBLISHED)}); default: the small one that comes with "
        "sqase",
    )
    return parser


@cli
def main(argv=None) -> None:
    """Enhance all of them."""
    args = get_parser().parse_args(argv)
    from sqase.data.inputs import collect
    from sqase.tasks.enhance import digest_of, load_enhancer
    from sqase.tasks.enhance_folder import enhance_all

    files = collect(args.input, outside=args.output_dir)
    enhancer, digest = load_enhancer(args.model), digest_of(args.model)
    skipped = enhance_all(enhancer, digest, files, args.output_dir)
    if skipped:
        raise ValueError(f"{skipped} of {len(files)} files skipped (listed above)")


if __name__ == "__main__":
    main()
