"""Export a trained model, assessor or enhancer, as a folder to publish.

An assessor becomes config.json and model.safetensors, which load without ESPnet; an
enhancer config.yaml and model.safetensors, and model.pth, which ESPnet loads without
sqase. Both get a card, README.md, with the agreement of the assessor with the true
metrics, if it was measured.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sqase.bin import cli

EXAMPLE = """examples:
  sqase-export exp/sqa/assessor -o assessor --license cc-by-4.0 --data DATA.md
  sqase-export exp/seed1/arms/refreshed -o enhancer
"""


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqase-export",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model_dir", type=Path, help="assessor or training directory")
    parser.add_argument("-o", "--output_dir", required=True, type=Path)
    parser.add_argument(
        "--license", default="unknown", help="of the weights, an id as cc-by-4.0"
    )
    parser.add_argument(
        "--data", type=Path, help="text for the card: training data and its licences"
    )
    parser.add_argument(
        "--agreement",
        type=Path,
        help="of an assessor; default: agreement.json beside its folder, if it is there",
    )
    return parser


@cli
def main(argv=None) -> None:
    """Export the model."""
    args = get_parser().parse_args(argv)
    from sqase.data.heard import keep_heard
    from sqase.report import card
    from sqase.runtime.atomic import replacing

    data = args.data.read_text(encoding="utf-8") if args.data else ""
    if (args.model_dir / "config.json").is_file():
        from sqase.sqa.assessor import Assessor

        assessor = Assessor.load(args.model_dir)
        evaluation = (
            args.agreement or args.model_dir.resolve().parent / "agreement.json"
        )
        found = (
            json.loads(evaluation.read_text(encoding="utf-8"))
            if args.agreement or evaluation.is_file()
            else {}
        )
        text = card.of_assessor(assessor.config, found, args.license, data)

        def export(folder):
            keep_heard(args.model_dir, folder)
            assessor.save(folder)

    elif (args.model_dir / "config.yaml").is_file():
        from functools import partial

        from sqase.tasks.export import export as export_enhancer

        text = card.of_enhancer(args.license, data)
        export = partial(export_enhancer, args.model_dir)
    else:
        raise FileNotFoundError(
            f"model {args.model_dir}: expected config.json of an assessor or "
            "config.yaml of an enhancer, found neither. Give the folder of a model"
        )
    export(args.output_dir)
    with replacing(args.output_dir / "README.md") as part:
        part.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
