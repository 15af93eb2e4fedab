"""The two programs that label: references found, errors in one line, nothing lost."""

import subprocess
import sys
from pathlib import Path

import pytest
import signals
import soundfile

from sqase.bin import label_data, score
from sqase.data_dir import read_labels, write_scp

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


def run_score(data_dir, metrics="si_snr lsd"):
    output = data_dir / "out" / "scores.jsonl"
    arguments = ["--data_dir", data_dir, "--enhanced_scp", data_dir / "enhanced.scp"]
    arguments += ["--system", "arm", "--metrics", metrics, "--output", output]
    score.main([str(a) for a in [*arguments, "--cache", data_dir / "scores.db"]])
    return read_labels(output)


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
    assert "3/3" in done.stderr, "a bar with the count"
    rows = read_labels(data_dir / "labels.jsonl")
    assert [row["system"] for row in rows] == ["a", "b", "a"]
    assert all(0 < row["metrics"]["stoi"] < 1 for row in rows)


def test_shards_through_the_launcher_make_the_same_labels(data_dir):
    write_scp(data_dir / "utt2sys", {"utt1": "a", "utt2": "b", "utt3": "a"})
    assert run_label_data(data_dir, "--metrics", "lsd").returncode == 0
    whole = (data_dir / "labels.jsonl").read_text()
    program = [sys.executable, "-m", "sqase.bin.label_data", "--data_dir", data_dir]
    program += ["--metrics", "lsd", "--cache", data_dir / "JOB.db"]
    program += ["--shard", "JOB/2", "--output", data_dir / "labels.JOB.jsonl"]
    launcher = [ROOT / "utils/run.sh", "JOB=1:2", data_dir / "JOB.log"]
    subprocess.run([*launcher, *program], cwd=ROOT, check=True)
    parts = [(data_dir / f"labels.{job}.jsonl").read_text() for job in (1, 2)]
    assert "".join(parts) == whole and all(parts)
    wrong = run_label_data(data_dir, "--metrics", "lsd", "--shard", "3/2")
    assert "--shard: expected K/N with 1 <= K <= N, got '3/2'" in wrong.stderr


def test_help_tells_what_is_read_and_written():
    for program, word in ((label_data, "utt2sys"), (score, "scoring_reference.scp")):
        assert word in program.get_parser().format_help()
