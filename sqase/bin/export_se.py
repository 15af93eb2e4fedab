"""Export a trained enhancer as a model that ESPnet loads without this package.

Reads an experiment directory; writes config.yaml and model.pth. Decode with, e.g.,

    python -m espnet2.bin.enh_inference --train_config DIR/config.yaml \\
        --model_file DIR/model.pth --fs 16000 \\
        --data_path_and_name_and_type wav.scp,speech_mix,sound --output_dir OUT
"""

from __future__ import annotations

import argparse

from sqase.bin import cli


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="export_se",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model_dir", required=True, help="experiment directory")
    parser.add_argument("--checkpoint", default="selected.pth", help="file in it")
    parser.add_argument("--output_dir", required=True)
    return parser


@cli
def main(argv=None) -> None:
    """Export the model."""
    args = get_parser().parse_args(argv)
    from sqase.tasks.export import export

    export(args.model_dir, args.output_dir, args.checkpoint)


if __name__ == "__main__":
    main()
