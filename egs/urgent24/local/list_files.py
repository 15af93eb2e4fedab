"""List the files of the challenges' datasets on the Hugging Face hub, for a download.

Writes lines `<sha256> <bytes> <path> <url>`; the urls name the present version. The
hub's own variables hold: HF_ENDPOINT is another address of it.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.hf_api import DatasetInfo

from sqase.bin import cli
from sqase.runtime import config
from sqase.runtime.atomic import replacing


def list_phase(info: DatasetInfo, name: str, count: int | None) -> list[str]:
    """Lines for the first `count` (None: all) parquet files of `<year>/<phase>`.

    A phase is a split of the dataset: its files lie in a folder of that name or have
    names as `<phase>-00000-of-00012.parquet`.

    Raises:
        ValueError: no such file, or one without a digest.
    """
    phase = name.split("/")[1]
    lines = []
    for file in sorted(info.siblings or (), key=lambda file: file.rfilename):
        path = PurePosixPath(file.rfilename)
        named = phase in (path.parent.name, path.name.split("-")[0])
        if path.suffix != ".parquet" or not named:
            continue
        if file.lfs is None:
            raise ValueError(
                f"{info.id}: {path}: expected a SHA-256 from the hub, got none. "
                "The dataset has changed: take this phase out of conf/tables.yaml"
            )
        url = hf_hub_url(info.id, str(path), repo_type="dataset", revision=info.sha)
        lines.append(f"{file.lfs.sha256} {file.size} {name}/{path.name} {url}")
    if not lines:
        raise ValueError(
            f"{info.id}: expected parquet files of the split {phase}, got none. "
            "The dataset has changed: mend conf/tables.yaml"
        )
    return lines[:count]


def list_files(settings: Mapping) -> list[str]:
    """Lines for all phases that conf/tables.yaml names.

    Raises:
        ValueError: the hub cannot be asked, or see `list_phase`.
    """
    infos, lines = {}, []
    for name in settings["train"] + settings["test"]:
        year = name.split("/")[0]
        repository = settings["repositories"][year]
        if year not in infos:
            try:
                infos[year] = HfApi().dataset_info(repository, files_metadata=True)
            except OSError as error:  # all errors of the network and of the hub
                raise ValueError(
                    f"dataset {repository}: expected its list of files from "
                    f"{constants.ENDPOINT}, got {' '.join(str(error).split())!r}. "
                    "Start again when the hub can be reached"
                ) from None
        lines += list_phase(infos[year], name, settings["files"])
    return lines


def get_parser() -> argparse.ArgumentParser:
    """The options of this program."""
    parser = argparse.ArgumentParser(prog="list_files", description=__doc__)
    parser.add_argument("--config", required=True, help="conf/tables.yaml")
    parser.add_argument("--size", default="default")
    parser.add_argument("--output", type=Path, required=True)
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    """Write the list."""
    args = get_parser().parse_args(argv)
    lines = list_files(config.load(args.config, args.size))
    with replacing(args.output) as part:
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
