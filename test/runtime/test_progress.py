"""What is said of long work, at a terminal and in a log, on a clock of the test's."""

import io

import pytest

from sqase.runtime import progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that only the test lets pass."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def work(clock, seconds, stream, done=0):
    with progress.Progress("labels", len(seconds) + done, "clips", done, stream) as p:
        for each in seconds:
            clock[0] += each
            p.update()
    return stream.getvalue()


def test_a_log_has_whole_lines_that_get_rarer(clock):
    text = work(clock, [2.0] * 1000, io.StringIO())
    lines = text.splitlines()
    assert lines[0] == "labels: 5 of 1000 clips, 33 min left"
    assert lines[-1] == "labels: 1000 of 1000 clips in 33 min"
    assert "\r" not in text and "\033" not in text and 30 < len(lines) < 50


def test_a_terminal_has_one_line(clock):
    text = work(clock, [1.0, 1.0], Terminal())
    assert "\r\033[Klabels: 1 of 2 clips, 1 s left\r" in text
    assert text.endswith("labels: 2 of 2 clips in 2 s\n") and text.count("\n") == 1


def test_time_left_is_that_of_the_last_minute(clock):
    text = work(clock, [0.0] * 500 + [10.0] * 500, io.StringIO(), done=1000)
    assert "1946 of 2000 clips, 9 min left\n" in text


def test_work_that_failed_leaves_the_last_word_to_the_error(clock):
    stream = io.StringIO()
    with pytest.raises(ValueError):
        with progress.Progress("labels", 2, "clips", stream=stream):
            raise ValueError
    with progress.Progress("labels", 0, "clips", stream=stream):
        pass
    assert stream.getvalue() == ""


def test_files_of_other_processes_are_counted(tmp_path, capsys):
    (tmp_path / "old.flac").touch()
    with progress.watched(tmp_path, "**/*.flac", "enhanced", 3):
        (tmp_path / "speaker").mkdir()
        (tmp_path / "speaker/new.flac").touch()
    assert capsys.readouterr().err == "enhanced: 2 of 3 files in 0 s\n"
