"""Experiment settings: one yaml file, what it is based on, a size, and overrides.

A settings file is plain yaml with two reserved keys::

    base: ../se.yaml         # start from this file, or these (relative to this one)
    sizes:                   # what changes with --size
      smoke: {max_epoch: 1}
      campaign: {base: se_large.yaml}  # with a base of its own: instead of the rest

Later layers win: base, file, size, overrides. Mappings are merged key by key;
everything else, lists included, is replaced as a whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

SIZES = ("default", "campaign", "large", "small", "smoke")


def load(
    path: str | Path, size: str = "default", overrides: Sequence[str] = ()
) -> dict[str, Any]:
    """Resolve one settings file.

    Args:
        path: yaml file.
        size: one of `SIZES`; a file without that size keeps its default.
        overrides: `key=value` texts; dots descend into mappings and the value
            is read as yaml, e.g. `optim_conf.lr=1.0e-4`.

    Returns:
        The settings, without the reserved keys.

    Raises:
        FileNotFoundError: the file, or one it is based on, does not exist.
        ValueError: unknown size, a file that is no mapping, a malformed override.
    """
    if size not in SIZES:
        raise ValueError(f"--size: expected one of {', '.join(SIZES)}, got {size!r}")
    settings, sizes = _load_layers(Path(path), ())
    layer = dict(sizes.get(size) or {})
    settings = merge(layer.pop("base", settings), layer)
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"override {text!r}: expected key=value")
        nested: Any = yaml.safe_load(value)
        for part in reversed(key.split(".")):
            nested = {part: nested}
        settings = merge(settings, nested)
    return settings


def _load_layers(path: Path, below: tuple[Path, ...]) -> tuple[dict, dict]:
    """Read a file and its bases; returns (settings, settings by size)."""
    path = path.resolve()
    if path in below:
        raise ValueError(f"{path}: is based on itself. Remove a `base:` line")
    if not path.is_file():
        asked_by = f" (base of {below[-1]})" if below else ""
        raise FileNotFoundError(f"settings file {path}{asked_by}: no such file")
    with path.open(encoding="utf-8") as stream:
        content = yaml.safe_load(stream) or {}
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected a mapping, got {type(content).__name__}")
    base = content.pop("base", None)
    sizes = content.pop("sizes", None) or {}
    unknown = set(sizes) - set(SIZES)
    if unknown:
        raise ValueError(
            f"{path}: sizes: expected {', '.join(SIZES)}, got {', '.join(unknown)}"
        )
    for layer in filter(None, sizes.values()):
        if "base" in layer:
            layer["base"], _ = _load_layers(path.parent / layer["base"], below + (path,))
    settings, all_sizes = {}, {}
    for name in [base] if isinstance(base, str) else base or []:
        base_settings, base_sizes = _load_layers(path.parent / name, below + (path,))
        settings = merge(settings, base_settings)
        all_sizes = merge(all_sizes, base_sizes)
    return merge(settings, content), merge(all_sizes, sizes)


def merge(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings, `upper` winning; neither is changed."""
    merged = dict(lower)
    for key, value in upper.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            value = merge(merged[key], value)
        merged[key] = value
    return merged
