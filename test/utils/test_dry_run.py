"""A dry run says what would be made, and makes nothing."""

import re
import sys

from test_pipeline import pipeline


def dry_run(folder, *arguments):
    """What a dry run says; it leaves all as it was."""

    def state():
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    before = state()
    result = pipeline(
        *("--python", sys.executable, "--expdir", str(folder / "exp"), "--dry_run"),
        *("true", "--datadir", str(folder / "data"), *arguments),
    )
    assert state() == before
    return result


def test_a_dry_run_names_what_all_stages_would_make(tmp_path):
    words = "--arms", "noisy baseline refreshed", "--published", "gtcrn"
    result = dry_run(tmp_path, *words, "--test_sets", "test")
    assert result.returncode == 0, result.stderr
    stages = re.split(r"^\S+ \S+ stage \d+ ", result.stdout, flags=re.MULTILINE)[1:]
    made = "data/train exp/seed1/baseline exp/leaderboard/test/labels.jsonl "
    made += "exp/sqa/assessor exp/sqa/ASSESSOR.md exp/seed1/arms/refreshed - "
    made += "exp/seed1/enhanced/refreshed/test exp/predicted RESULTS.md"
    for output, text in zip(made.split(), stages, strict=True):
        assert f"to make: {tmp_path}/{output} (" in text or output in ("-", "RESULTS.md")
        assert "    done: " not in text
    assert "refreshed (train_arm)" in stages[5] and "to make" not in stages[6]
    for text in [*stages[:6], *stages[7:9]]:
        assert re.search(r"all of this stage took \d+ min, says results.json", text)
    assert re.search(r"dry run: \d+ min by these records", stages[9])


def test_a_dry_run_knows_what_is_done_and_how_long_it_took(tmp_path):
    for name in ("data/train", "exp/seed1/baseline", "exp/log"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / f"{name}.done").touch()
    (tmp_path / "exp/log/seconds").write_text("2 100\n3 125\n")
    words = "--size", "smoke", "--stage", "2"
    result = dry_run(tmp_path, *words, "--stop_stage", "3")
    assert result.returncode == 0, result.stderr
    second, third = result.stdout.split(" stage 3 ")
    assert f"    done: {tmp_path}/exp/seed1/baseline\n" in second
    assert "to make" not in second and "took" not in second
    assert f"took 3 min, says {tmp_path}/exp/log/seconds" in third
    lacking = dry_run(tmp_path, "--size", "smoke", "--stage", "4")
    assert lacking.returncode == 1
    assert "leaderboard/test/labels.jsonl.done: no such file" in lacking.stderr
