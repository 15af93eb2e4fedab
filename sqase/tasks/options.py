"""Options of an ESPnet task, checked before it would end on them with a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import torch
from espnet2.utils.nested_dict_action import NestedDictAction
from espnet2.utils.types import str2bool

from sqase.runtime.lookup import check_names

_KINDS = {  # of an option, or of its default -> what a value must be
    int: (int, "a number"),
    float: ((int, float), "a number"),
    str2bool: (bool, "true or false"),
    dict: (dict, "a mapping"),
    list: (list, "a list"),
}


def check_options(
    task: type, settings: Mapping[str, Any], ngpu: int, path: Path
) -> None:
    """Refuse settings that a task cannot be trained with.

    Args:
        task: a subclass of ESPnet's AbsTask.
        settings: its options.
        ngpu: GPUs to train on.
        path: where the settings stand, for the error.

    Raises:
        ValueError: an option that the task has not, a value of another kind, no epoch,
            or more GPUs than there are.
    """
    actions = {action.dest: action for action in task.get_parser()._actions}
    try:
        check_names(f"option of {task.__name__}", settings, actions)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    for name, value in settings.items():
        action = actions[name]
        nested = isinstance(action, NestedDictAction)
        kind, called = _KINDS.get(
            type(action.default) if nested else action.type, (object, "")
        )
        if value is not None and not isinstance(value, kind):
            raise ValueError(f"{path}: {name}: expected {called}, got {value!r}")
    if settings.get("max_epoch", 1) < 1:
        raise ValueError(f"{path}: max_epoch: expected 1 or more, got 0 or less")
    found = torch.cuda.device_count()
    if ngpu > found:
        raise ValueError(
            f"--ngpu {ngpu}: expected as many GPUs in this machine, found {found}. "
            "Give fewer, or install PyTorch for them: tools/install.sh does"
        )
