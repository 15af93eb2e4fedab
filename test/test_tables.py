"""What every table of the package owes its users; a new line is covered by itself.

The behaviour of metrics is in metrics/test_contract.py, that of systems in systems/.
"""

import importlib
import re
from pathlib import Path

import pytest

import sqase
from sqase.runtime.lookup import Table

PACKAGE = Path(sqase.__file__).parent


def _tables() -> dict[str, Table]:
    """Folder -> its table, for all folders that define one."""
    found = {}
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        for name in re.findall(r"^(\w+) = Table\(", init.read_text(), re.M):
            module = importlib.import_module(f"sqase.{init.parent.name}")
            found[init.parent.name] = getattr(module, name)
    return found


TABLES = _tables()
ENTRIES = [(folder, name) for folder, table in TABLES.items() for name in table]


def test_the_tables_are_found():
    assert {"metrics", "systems", "published", "backbones", "losses"} <= set(TABLES)


@pytest.mark.parametrize("folder, name", ENTRIES)
def test_entry_loads_and_comes_from_its_folder(folder, name):
    assert TABLES[folder].load(name) is TABLES[folder].load(name) is not None
    assert TABLES[folder].module(name).startswith(f"sqase.{folder}.")


@pytest.mark.parametrize("folder", TABLES)
def test_no_file_is_forgotten(folder):
    """Each file of a table's folder is an entry, or another file imports it."""
    modules = {TABLES[folder].module(name) for name in TABLES[folder]}
    sources = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    for path in (PACKAGE / folder).glob("[!_]*.py"):
        module = f"sqase.{folder}.{path.stem}"
        assert module in modules or f"from {module} import" in sources, path.name
