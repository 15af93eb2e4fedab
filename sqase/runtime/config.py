"""Experiment settings: one yaml file, what it is based on, a size, and overrides.

A settings file is plain yaml with two reserved keys::

    base: ../se.yaml         # start from this file, or these (relative to this one)
    sizes:                   # what changes with --size
      smoke: {max_epoch: 1}
      campaign: {base: se_large.yaml}  # with a base of its own: instead of this file

Later layers win: base, file, size, overrides. Mappings are merged key by key;
everything else, lists included, is replaced as a whole; where another `scheduler` is
named, the `scheduler_conf` of lower layers goes, and so for all such pairs. A key stands
once in a mapping; 1e-3 is a number.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

from sqase.runtime.text import read_text

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
        ValueError: unknown size, a malformed override, or see `read_yaml`; something
            else in the place of a mapping.
    """
    if size not in SIZES:
        raise ValueError(f"--size: expected one of {', '.join(SIZES)}, got {size!r}")
    settings, sizes = _load_layers(Path(path), ())
    layer = dict(sizes.get(size) or {})
    settings = merge(layer.pop("base", settings), layer, f"{path}: sizes: {size}")
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"override {text!r}: expected key=value")
        nested: Any = _parse(f"override {text!r}", value)
        for part in reversed(key.split(".")):
            nested = {part: nested}
        settings = merge(settings, nested, "override")
    return settings


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The settings in one file, as they stand there.

    Raises:
        ValueError: no yaml, something else than plain data, a key that stands twice,
            no mapping, an empty file.
    """
    content = _parse(path, read_text(path))
    if content is None:
        raise ValueError(f"{path}: expected settings, got an empty file")
    _expect_mapping(path, content)
    return content


class _Loader(yaml.SafeLoader):
    """Plain data, every key once."""

    def construct_mapping(self, node, deep=False):
        """See `yaml.SafeLoader`."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"expected the key {key.value} once, got it again",
                    problem_mark=key.start_mark,
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(  # as in yaml 1.2, and as everybody expects
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?\d+[eE][-+]?\d+$"),
    list("-+0123456789"),
)


def _parse(where: str | Path, text: str) -> Any:
    """The data in a text of yaml."""
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ValueError(f"{where}{line}: expected plain yaml: {problem}") from None


def _expect_mapping(where: object, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected a mapping, got {str(value)[:60]}")


def _load_layers(path: Path, below: tuple[Path, ...]) -> tuple[dict, dict]:
    """Read a file and its bases; returns (settings, settings by size)."""
    path = path.resolve()
    if path in below:
        raise ValueError(f"{path}: is based on itself. Remove a `base:` line")
    if not path.is_file():
        asked_by = f" (base of {below[-1]})" if below else ""
        raise FileNotFoundError(f"settings file {path}{asked_by}: no such file")
    content = read_yaml(path)
    bases = content.pop("base", None) or []
    bases = [bases] if isinstance(bases, str) else bases
    if not isinstance(bases, list) or not all(isinstance(b, str) for b in bases):
        raise ValueError(f"{path}: base: expected a path or several, got {bases}")
    sizes = content.pop("sizes", None) or {}
    _expect_mapping(f"{path}: sizes", sizes)
    unknown = set(sizes) - set(SIZES)
    if unknown:
        raise ValueError(
            f"{path}: sizes: expected {', '.join(SIZES)}, got {', '.join(unknown)}"
        )
    for size, layer in sizes.items():
        _expect_mapping(f"{path}: sizes: {size}", layer or {})
        if layer and "base" in layer:
            layer["base"], _ = _load_layers(
                path.parent / layer["base"], below + (path,)
            )
    settings, all_sizes = {}, {}
    for name in bases:
        base_settings, base_sizes = _load_layers(path.parent / name, below + (path,))
        settings = merge(settings, base_settings, path)
        all_sizes = _over_bases(all_sizes, base_settings, path)
        all_sizes = merge(all_sizes, base_sizes, f"{path}: sizes")
    all_sizes = _over_bases(all_sizes, content, path)
    return merge(settings, content, path), merge(all_sizes, sizes, f"{path}: sizes")


def _over_bases(sizes: Mapping, content: Mapping, path: Path) -> dict[str, Any]:
    """What a file says holds in the sizes that have a base of their own, too, where
    that was said in a file that this one is based on."""
    return {
        size: {**layer, "base": merge(layer["base"], content, path)}
        if layer and "base" in layer
        else layer
        for size, layer in sizes.items()
    }


def merge(
    lower: Mapping[str, Any], upper: Mapping[str, Any], where: object = "settings"
) -> dict[str, Any]:
    """Merge two mappings, `upper` winning; neither is changed.

    Where `upper` names another X (`scheduler`, say), X_conf of `lower` is not for it and
    goes.

    Args:
        lower, upper: the mappings.
        where: what `upper` is, for the error.

    Raises:
        ValueError: `upper` has something else than None where `lower` has a mapping.
    """
    other = {key for key, value in upper.items() if lower.get(key, value) != value}
    merged = {k: v for k, v in lower.items() if k.removesuffix("_conf") not in other - {k}}
    for key, value in upper.items():
        if isinstance(merged.get(key), Mapping) and value is not None:
            _expect_mapping(f"{where}: {key}", value)
            value = merge(merged[key], value, f"{where}: {key}")
        merged[key] = value
    return merged
