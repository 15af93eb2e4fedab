"""The arrows of the design: which part of the package may import which."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sqase

PACKAGE = Path(__file__).resolve().parents[1] / "sqase"

FOUNDATION = {"data", "fetched", "pretrained", "runtime", "sound"}
# Part -> the parts it may import.
MAY_IMPORT = {
    "runtime": set(),
    "pretrained": set(),
    "fetched": {"runtime"},
    "sound": {"runtime"},
    "data": {"runtime", "sound"},
    "metrics": {"runtime"},
    "backbones": {"runtime"},
    "formulas": set(),
    "degradations": {"runtime"},
    "published": {"runtime", "sound"},
    "labels": FOUNDATION | {"metrics"},
    "systems": FOUNDATION | {"degradations", "published"},
    "simulation": FOUNDATION | {"degradations"},
    "ready_sets": FOUNDATION | {"simulation"},
    "sqa": FOUNDATION | {"backbones", "formulas", "metrics"},
    "losses": {"formulas", "runtime", "sqa"},
    "tasks": FOUNDATION
    | {"labels", "losses", "metrics", "published", "simulation", "sqa", "systems"},
    "report": FOUNDATION | {"metrics", "published", "sqa"},
}
MAY_IMPORT["bin"] = set(MAY_IMPORT)

# Package of others -> the parts that may import it.
RESERVED = {
    "espnet2": {"tasks"},
    "torch": {"backbones", "formulas", "losses", "sqa", "tasks"},
    "torchaudio": {"backbones", "losses", "sqa", "tasks"},
    "transformers": {"backbones"},
    "matplotlib": {"report"},
    "espnet": set(),  # gone after 202511
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def imports_of(tree: ast.AST):
    """Dotted names that the statements of a module import, wherever they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "expected absolute imports"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import_time(tree: ast.Module) -> ast.Module:
    """A module without the bodies of its functions."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            node.body = []
    return tree


MODULES = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE]


def test_no_file_stands_loose():
    assert [path.name for path in PACKAGE.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_arrows(path):
    part = part_of(path)
    assert part in MAY_IMPORT, f"sqase/{part} is new: add its arrows to MAY_IMPORT"
    for name in imports_of(ast.parse(path.read_text(encoding="utf-8"))):
        words = name.split(".")
        assert words[0] not in ("egs", "utils", "tools", "test")
        if words[0] == "sqase" and words[1:] not in ([], ["__version__"]):
            assert words[1] == part or words[1] in MAY_IMPORT[part], name


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_heavy_packages_stay_in_their_parts(path):
    tree = at_import_time(ast.parse(path.read_text(encoding="utf-8")))
    for name in imports_of(tree):
        package = name.split(".")[0]
        assert part_of(path) in RESERVED.get(package, {part_of(path)}), name


def test_arrows_go_down_the_map():
    """The map in the docstring of the package holds all parts, importers first."""
    floors = re.findall(r"^ {4}(\w+)  ", sqase.__doc__, re.MULTILINE)
    assert sorted(floors) == sorted(MAY_IMPORT)
    for part, parts in MAY_IMPORT.items():
        below = floors[floors.index(part) + 1 :]
        assert parts <= set(below), f"{part}: {parts - set(below)}"


@pytest.mark.parametrize(
    "module",
    [
        "sqase",
        "sqase.data.data_dir",
        "sqase.labels",
        "sqase.metrics.roles",
        "sqase.report",
    ],
)
def test_import_is_light(module):
    code = f"import sys, {module}; print(*{{'torch', 'espnet2', 'librosa'}} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PACKAGE.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    assert result.stdout == "\n"
