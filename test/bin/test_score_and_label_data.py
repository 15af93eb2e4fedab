"""The two programs that label: references found, errors in one line, nothing lost."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import signals
import soundfile

from sqase.bin import label_data, score
from sqase.data.data_dir import read_labels, write_scp
from sqase.runtime.shards import Shard

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path):
    """Three utterances with references, in a folder that is hard on quoting."""
    folder = tmp_path / "données de test"
    folder.mkdir()
    wavs, clean = {}, {}
    for number in (2, 1, 3):
        speech, noise = signals.speech_like(1, number), signals.noise_like(1, number)
        wavs[f"utt{number}"] = folder / f"{number}.wav"
        clean[f"utt{number}"] = folder / f"clean {number}.wav"
        soundfile.write(clean[f"utt{number}"], speech, 16000)
        noisy = 0.5 * signals.mix(speech, noise, 10 * number)
        soundfile.write(wavs[f"utt{number}"], noisy, 16000)
    write_scp(folder / "wav.scp", wavs)
    write_scp(folder / "spk1.scp", clean)
    return folder


def run_score(data_dir, metrics="si_snr lsd", *more):
    output = data_dir / "out" / "scores.jsonl"
    arguments = ["--data_dir", data_dir, "--enhanced_scp", data_dir / "enhanced.scp"]
    arguments += ["--system", "arm", "--metrics", metrics, "--output", output]
    arguments += ["--cache", data_dir / "scores.db", *more]
    score.main([str(a) for a in arguments])
    return read_labels(output) if output.exists() else None


@pytest.mark.parametrize("references", ["spk1.scp", "scoring_reference.scp", None])
def test_score_finds_the_references(data_dir, references):
    (data_dir / "wav.scp").rename(data_dir / "enhanced.scp")
    write_scp(data_dir / "wav.scp", dict.fromkeys(["utt1", "utt2", "utt3"], "unread"))
    if references:
        (data_dir / "spk1.scp").rename(data_dir / references)
    else:
        (data_dir / "spk1.scp").unlink()
    rows = run_score(data_dir)
    assert [(row["id"], row["system"]) for row in rows] == [
        (f"utt{number}", "arm") for number in (1, 2, 3)
    ]
    for row, snr in zip(rows, (10, 20, 30), strict=True):
        if references:
            assert row["metrics"]["si_snr"] == pytest.approx(snr, abs=0.5)
        else:
            assert row["metrics"] == {"si_snr": None, "lsd": None}
            assert set(row["reasons"].values()) == {"no reference"}


def test_score_wants_the_whole_set(data_dir, capsys):
    write_scp(data_dir / "enhanced.scp", {"utt1": data_dir / "1.wav", "utt9": "x"})
    with pytest.raises(SystemExit, match="expected the 3 ids of .*, got 2, utt2 in"):
        run_score(data_dir)


def test_score_takes_several_results(data_dir):
    for name, last in (("one", "3.wav"), ("two", "clean 3.wav")):
        outputs = {f"utt{n}": data_dir / f"{n}.wav" for n in (1, 2)}
        write_scp(data_dir / f"{name}.scp", outputs | {"utt3": data_dir / last})
    command = [
        "--metrics",
        "si_snr",
        "--cache",
        data_dir / "c.db",
        "--system",
        "a",
        "b",
    ]
    command += ["--data_dir", data_dir, data_dir, "--enhanced_scp"]
    command += [data_dir / "one.scp", data_dir / "two.scp", "--output"]
    outputs = [data_dir / "out/1.jsonl", data_dir / "out/2.jsonl"]
    score.main([str(a) for a in [*command, *outputs]])
    first, second = map(read_labels, outputs)
    assert [row["system"] for row in first + second] == list("aaabbb")
    assert first[1]["metrics"] == second[1]["metrics"]
    assert second[2]["metrics"]["si_snr"] > first[2]["metrics"]["si_snr"] + 4
    with pytest.raises(SystemExit, match="2 --data_dir, 2 --enh.*, 1 --output"):
        score.main([str(a) for a in [*command, outputs[0]]])


def run_label_data(data_dir, *more):
    """As a user runs it; returns the finished process."""
    command = [sys.executable, "-m", "sqase.bin.label_data", "--data_dir", data_dir]
    command += [
        "--cache",
        data_dir / "scores.db",
        "--output",
        data_dir / "labels.jsonl",
    ]
    return subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True)


def test_label_data_errors_are_one_line_and_overwrite_nothing(data_dir):
    (data_dir / "labels.jsonl").write_text("precious")
    missing = run_label_data(data_dir, "--metrics", "lsd")
    assert missing.returncode == 1
    assert (
        missing.stderr.startswith("label_data: error: ") and "utt2sys" in missing.stderr
    )
    assert missing.stderr.count("\n") == 1

    write_scp(data_dir / "utt2sys", {"utt1": "a", "utt2": "b"})
    partial = run_label_data(data_dir, "--metrics", "lsd")
    assert "expected a line for utt3, got none" in partial.stderr

    write_scp(data_dir / "utt2sys", {"utt1": "a", "utt2": "b", "utt3": "a"})
    unknown = run_label_data(data_dir, "--metrics", "lsd pesk_wb")
    assert "unknown metric 'pesk_wb': did you mean pesq_wb" in unknown.stderr
    (data_dir / "2.wav").write_text("no sound")
    broken = run_label_data(data_dir, "--metrics", "lsd")
    assert broken.returncode == 1 and "2.wav" in broken.stderr.splitlines()[-1]
    assert (data_dir / "labels.jsonl").read_text() == "precious"


def test_label_data_writes_each_system(data_dir):
    write_scp(data_dir / "utt2sys", {"utt1": "a", "utt2": "b", "utt3": "a"})
    done = run_label_data(data_dir, "--metrics", "lsd stoi", "--nj", "2")
    assert done.returncode == 0, done.stderr
    assert "labels: 3 of 3 clips in" in done.stderr and "\r" not in done.stderr
    rows = read_labels(data_dir / "labels.jsonl")
    assert [row["system"] for row in rows] == ["a", "b", "a"]
    assert all(0 < row["metrics"]["stoi"] < 1 for row in rows)


def test_a_shard_that_fails_costs_no_other_shard_anything(data_dir):
    write_scp(data_dir / "utt2sys", {"utt1": "a", "utt2": "b", "utt3": "a"})
    labels, cache = data_dir / "labels.jsonl", data_dir / "scores.db"
    parts = data_dir / "scores.db.parts"
    sound = (data_dir / "2.wav").read_bytes()
    (data_dir / "2.wav").write_text("no sound")
    command = [ROOT / "utils/in_shards.sh", "2", ROOT / "utils/run.sh"]
    command += [data_dir / "log" / "labels.log", sys.executable]
    command += ["-m", "sqase.bin.label_data", "--data_dir", data_dir]
    command += ["--metrics", "lsd", "--cache", cache, "--output", labels]

    failed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert failed.returncode == 1 and not labels.exists()
    assert "run.sh: failed; the end of" in failed.stderr
    assert "labels.2.log" in failed.stderr and "labels.1.log" not in failed.stderr
    assert "2.wav" in failed.stderr and "1 of 2 jobs failed" in failed.stderr
    with sqlite3.connect(parts / "1-of-2.sqlite") as file:
        assert file.execute("UPDATE scores SET value = -1").rowcount == 2

    (data_dir / "2.wav").write_bytes(sound)
    subprocess.run(command, cwd=ROOT, check=True)
    values = {row["id"]: row["metrics"]["lsd"] for row in read_labels(labels)}
    assert values.keys() == {"utt1", "utt2", "utt3"}
    assert values["utt1"] == values["utt3"] == -1 and values["utt2"] > 0
    assert not list(parts.iterdir()), "all is in one file"
    with sqlite3.connect(cache) as file:
        assert file.execute("SELECT COUNT(*) FROM scores").fetchone() == (3,)


def test_shards_of_scores_are_kept_for_the_run_that_writes_them(data_dir):
    (data_dir / "wav.scp").rename(data_dir / "enhanced.scp")
    write_scp(data_dir / "wav.scp", dict.fromkeys(["utt1", "utt2", "utt3"], "unread"))
    for shard in ("0/2", "1/2", "2/2"):
        run_score(data_dir, "lsd", "--shard", shard)
        assert not (data_dir / "out").exists()
    for shard, kept in (("1-of-2", 2), ("2-of-2", 1)):
        with sqlite3.connect(data_dir / f"scores.db.parts/{shard}.sqlite") as file:
            assert file.execute("UPDATE scores SET value = -1").rowcount == kept
    run_score(data_dir, "lsd")
    rows = read_labels(data_dir / "out" / "scores.jsonl")
    assert [row["metrics"]["lsd"] for row in rows] == [-1, -1, -1]


@pytest.mark.parametrize("shard", ["3/2", "0/1", "2", "1/0", "a/b", "-1/2"])
def test_only_parts_that_there_are_can_be_asked_for(shard):
    with pytest.raises(ValueError, match="--shard: expected K/N with 0 <= K <= N"):
        Shard.parse(shard)


def test_help_tells_what_is_read_and_written():
    for program, word in ((label_data, "utt2sys"), (score, "scoring_reference.scp")):
        assert word in program.get_parser().format_help()
