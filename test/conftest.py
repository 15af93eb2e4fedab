"""Shared by all tests: one thread each, and ``import signals`` from this folder."""

import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy and torch are imported

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]


def pytest_collection_modifyitems(items):
    """The recipe's run first: it is long, and must not be what is left at the end."""
    items.sort(key=lambda item: item.path.name != "test_recipe.py")
