"""Folders of models: on this disk, or fetched from the Hugging Face hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence


def model_folder(model: str | Path, files: Sequence[str]) -> Path:
    """The folder of a model.

    Args:
        model: a folder, which is taken as it is, or a name `<owner>/<model>` of the
            hub, whose files are fetched once and kept in the hub's own cache.
        files: those that are wanted.

    Raises:
        FileNotFoundError: no such folder, and no such model can be fetched.
        ModuleNotFoundError: a name of the hub, and no package huggingface_hub.
    """
    if Path(model).is_dir():
        return Path(model)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", str(model)) or isinstance(model, Path):
        raise FileNotFoundError(
            f"model {model}: no such folder, and no name <owner>/<model> of the "
            "Hugging Face hub. Train a model (a recipe) or give another folder"
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(model), allow_patterns=list(files)))
    except (OSError, ValueError) as error:
        cause = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise FileNotFoundError(
            f"model {model}: no such folder, and the Hugging Face hub did not give it "
            f"({cause}). Give another folder or name"
        ) from None
