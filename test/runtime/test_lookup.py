"""sqase.runtime.lookup: lazy, refuses duplicates, suggests close matches."""

import subprocess
import sys

import pytest

from sqase.runtime.lookup import Table


def test_nothing_is_imported_before_load():
    table = Table("thing", {"broken": "no_such_module_anywhere:X", "pi": "math:pi"})
    assert "broken" in table and list(table) == ["broken", "pi"] and len(table) == 2
    assert table.load("pi") == pytest.approx(3.14159, abs=1e-5)
    with pytest.raises(ModuleNotFoundError):
        table.load("broken")


def test_unknown_name_lists_close_matches_and_all_names():
    table = Table(
        "metric", {"pesq_wb": "math:pi", "pesq_nb": "math:pi", "lsd": "math:e"}
    )
    with pytest.raises(
        ValueError, match="unknown metric 'pesq': did you mean pesq_"
    ) as e:
        table.load("pesq")
    assert "Known: pesq_wb, pesq_nb, lsd" in str(e.value)
    with pytest.raises(ValueError, match="'zzz': Known"):
        table.check(["lsd", "zzz"])


def test_duplicate_and_malformed_entries_are_refused():
    table = Table("loss", {"a": "math:pi"})
    with pytest.raises(ValueError, match="'a': already registered as math:pi"):
        table.register("a", "math:e")
    with pytest.raises(ValueError, match="expected \"module:attribute\", got 'math'"):
        table.register("b", "math")
    assert list(table) == ["a"]


def test_import_sqase_is_light():
    code = "import sqase, sys; print(sorted({'torch', 'numpy', 'espnet2'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
