"""The arrows of the design: which part of the package may import which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "sqase"

FOUNDATION = {
    "atomic",
    "audio",
    "config",
    "data_dir",
    "download",
    "hub",
    "inputs",
    "listings",
    "lookup",
    "partition",
    "pretrained",
    "provenance",
    "seeding",
    "shards",
    "streaming",
}
# Part -> the parts it may import; those of the foundation may import each other.
MAY_IMPORT = {
    "metrics": {"lookup"},
    "backbones": {"lookup"},
    "roles": FOUNDATION | {"metrics"},
    "labels": FOUNDATION | {"metrics"},
    "degradations": FOUNDATION,
    "systems": FOUNDATION | {"degradations"},
    "simulation": FOUNDATION | {"degradations"},
    "corpus": FOUNDATION | {"corpus_files", "simulation"},
    "corpus_files": FOUNDATION | {"simulation"},
    "sqa": FOUNDATION | {"backbones", "metrics"},
    "losses": {"lookup", "sqa"},
    "tasks": FOUNDATION | {"labels", "losses", "metrics", "roles", "sqa"},
    "report": FOUNDATION | {"metrics", "roles", "sqa"},
    **dict.fromkeys(FOUNDATION, FOUNDATION),
}
MAY_IMPORT["bin"] = set(MAY_IMPORT)

# Package of others -> the parts that may import it.
RESERVED = {
    "espnet2": {"tasks"},
    "torch": {"backbones", "losses", "sqa", "tasks"},
    "torchaudio": {"backbones", "losses", "sqa", "tasks"},
    "transformers": {"backbones"},
    "matplotlib": {"report"},
    "espnet": set(),  # gone after 202511
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


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


MODULES = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE] + [
    path for path in PACKAGE.glob("*.py") if path.name != "__init__.py"
]


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


def test_the_arrows_have_no_cycle():
    above_foundation = {
        part: parts - FOUNDATION
        for part, parts in MAY_IMPORT.items()
        if part not in FOUNDATION
    }
    while above_foundation:
        free = [p for p, parts in above_foundation.items() if not parts - {p}]
        assert free, above_foundation
        for part in free:
            del above_foundation[part]
        for parts in above_foundation.values():
            parts.difference_update(free)


@pytest.mark.parametrize(
    "module",
    ["sqase", "sqase.metrics", "sqase.labels", "sqase.data_dir", "sqase.report"],
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
