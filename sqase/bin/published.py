"""Say which published enhancers are installed, or what they cost.

Prints the names of those that are installed; each other is a line on stderr. With
--output, writes {name: {"parameters", "rtf"}} instead: the real-time factor is that of
one thread on this machine.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sqase.bin import cli
from sqase.published import PUBLISHED, installed
from sqase.published.base import SAMPLE_RATE
from sqase.runtime.atomic import replacing
from sqase.runtime.timing import real_time_factor

SECONDS = 4.0
SHORT = {"all": list(PUBLISHED), "none": []}


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="published",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--names",
        nargs="*",
        default=["all"],
        help=f"some of {', '.join(PUBLISHED)}; or all, or none",
    )
    parser.add_argument("--output", type=Path, help="JSON file")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Print the names, or write the file."""
    args = get_parser().parse_args(argv)
    names = installed(SHORT.get(" ".join(args.names), args.names))
    if args.output is None:
        print(*names)
        return
    costs = {}
    wave = np.random.default_rng(0).standard_normal(int(SECONDS * SAMPLE_RATE))
    wave = (0.05 * wave).astype(np.float32)
    for name in names:
        system = PUBLISHED.load(name)()
        rtf = real_time_factor(lambda: system(wave), SECONDS)
        costs[name] = {"parameters": system.parameters, "rtf": rtf}
    with replacing(args.output) as part:
        part.write_text(json.dumps(costs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
