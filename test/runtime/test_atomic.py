"""A file is complete or what it was before; a finished folder says from what."""

import pytest

from sqase.runtime.atomic import is_done, mark_done, replacing


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "new folder" / "a.txt"
    with replacing(path) as part:
        part.write_text("old")
    with pytest.raises(RuntimeError):
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_finished_folder_knows_what_it_was_made_from(tmp_path):
    assert not is_done(tmp_path, "x")
    mark_done(tmp_path, "x")
    assert is_done(tmp_path, "x")
    with pytest.raises(ValueError, match="Remove it"):
        is_done(tmp_path, "y")
