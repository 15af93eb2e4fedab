"""sqase.labels: nothing lost, nothing done twice, order kept."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import signals
import soundfile
from processes import pids_of_workers, wait_until

from sqase.labels import Clip, label
from sqase.metrics import score, version
from sqase.runtime.shards import Shard

RATE = 16000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def clips(tmp_path):
    """Twelve clips of 1 s at falling SNR, in a folder that is hard on quoting."""
    folder = tmp_path / "Übung mit Leerzeichen 声"
    folder.mkdir()
    speech, noise = signals.speech_like(1, 1), signals.noise_like(1, 1)
    soundfile.write(folder / "clean.wav", speech, RATE)
    made = []
    for snr in range(24, 0, -2):
        path = folder / f"à {snr} dB.flac"
        soundfile.write(path, 0.5 * signals.mix(speech, noise, snr), RATE)
        made.append(Clip(f"clip{snr:02d}", "noisy", path, folder / "clean.wav"))
    return made


@pytest.fixture
def run(tmp_path):
    """``label`` with a cache of this test and no bar."""
    cache = tmp_path / "cache" / "scores.db"
    return lambda clips, metrics, nj=2, shares={}: label(
        clips, metrics, cache=cache, nj=nj, shares=shares
    )


def tamper(cache: Path) -> int:
    """Replace every cached value by -1 and count them: reused values are then seen."""
    with sqlite3.connect(cache) as file:
        count = file.execute("UPDATE scores SET value = -1").rowcount
    file.close()
    return count


def test_a_share_of_the_clips_gets_a_costly_label(clips, run):
    """The same clips for equal shares, a part of them for a smaller one."""
    shares = {"estoi": 0.6, "stoi": 0.6, "lsd": 0.3, "mcd": 0.0}
    rows = run(clips, ["si_snr", *shares], shares=shares)
    got = {
        name: {row["id"] for row in rows if row["metrics"][name] is not None}
        for name in ("si_snr", *shares)
    }
    assert len(got["si_snr"]) == len(clips) and not got["mcd"]
    assert got["lsd"] < got["estoi"] == got["stoi"] < got["si_snr"]
    assert set(rows[0]["reasons"].values()) <= {
        "left out: not every clip gets this label"
    }
    full = run(clips, ["estoi"])
    for row, other in zip(rows, full):
        if row["id"] in got["estoi"]:
            assert row["metrics"]["estoi"] == other["metrics"]["estoi"]


def test_rows_are_complete_and_in_order(clips, run):
    rows = run(clips, ["si_snr", "estoi"])
    assert [row["id"] for row in rows] == [clip.id for clip in clips]
    values = [row["metrics"]["si_snr"] for row in rows]
    assert values == sorted(values, reverse=True) and values[0] > values[-1] + 20
    assert rows[0] == {
        "id": "clip24",
        "system": "noisy",
        "metrics": rows[0]["metrics"],
        "reasons": {},
        "clamped": [],
        "versions": {"si_snr": version("si_snr"), "estoi": version("estoi")},
    }
    wave, _ = soundfile.read(clips[3].path, dtype="float32")
    clean, _ = soundfile.read(clips[3].reference_path, dtype="float32")
    direct = score(["estoi"], reference=clean, enhanced=wave, sample_rate=RATE)
    assert rows[3]["metrics"]["estoi"] == pytest.approx(direct["estoi"].value, abs=1e-9)


def test_cached_scores_are_reused_and_others_computed(clips, run, tmp_path):
    run(clips[:4], ["si_snr"])
    assert tamper(tmp_path / "cache" / "scores.db") == 4
    values = [r["metrics"] for r in run(clips[:6], ["si_snr", "lsd"])]
    assert [v["si_snr"] == -1 for v in values] == [True] * 4 + [False] * 2
    assert all(v["lsd"] > 0 for v in values)


def test_cache_is_keyed_by_content_and_reference(clips, run, tmp_path):
    first, second = clips[0], clips[1]
    run([first], ["si_snr", "dnsmos_ovrl"])
    tamper(tmp_path / "cache" / "scores.db")
    renamed = tmp_path / "renamed.flac"
    renamed.write_bytes(first.path.read_bytes())
    (same,) = run([Clip("x", "y", renamed, first.reference_path)], ["si_snr"])
    assert same["metrics"]["si_snr"] == -1, "same sound under another name"
    (other,) = run([Clip("x", "y", first.path, second.path)], ["si_snr", "dnsmos_ovrl"])
    assert other["metrics"]["si_snr"] > 0, "another reference"
    assert other["metrics"]["dnsmos_ovrl"] == -1, "hears no reference"


def test_nulls_and_clamps_reach_the_row(clips, run):
    clean = clips[0].reference_path
    rows = run(
        [
            Clip("none", "s", clips[0].path),
            Clip("same", "s", clean, clean),
            clips[0],
        ],
        ["si_snr", "distill_mos"],
    )
    assert rows[0]["metrics"]["si_snr"] is None
    assert rows[0]["reasons"] == {"si_snr": "no reference"}
    assert 1 <= rows[0]["metrics"]["distill_mos"] <= 5
    assert rows[1]["metrics"]["si_snr"] == 35 and rows[1]["clamped"] == ["si_snr"]
    assert rows[1]["reasons"] == {"si_snr": "identical to the reference"}
    assert rows[2]["reasons"] == {} and rows[2]["clamped"] == []


def test_parts_read_what_is_known_and_write_to_files_of_their_own(clips, run, tmp_path):
    cache = tmp_path / "cache" / "scores.db"
    run(clips[:4], ["si_snr"])
    tamper(cache)
    parts = [Shard(number, 3) for number in range(1, 4)]
    rows = [
        label(clips, ["si_snr"], cache=cache, shard=part)
        for part in parts
    ]
    assert [len(row) for row in rows] == [4, 4, 4]
    known = [value["metrics"]["si_snr"] == -1 for row in rows for value in row]
    assert sum(known) == 4
    files = sorted((tmp_path / "cache" / "scores.db.parts").iterdir())
    assert [path.name for path in files] == [f"{n}-of-3.sqlite" for n in (1, 2, 3)]
    assert sum(map(tamper, files)) == 8, "nothing was done twice"
    assert tamper(cache) == 4, "no part has written to it"
    label([], [], cache=cache, shard=Shard(0, 5))
    assert tamper(cache) == 12 and not any(path.exists() for path in files)
    files[0].write_text("no scores")
    with pytest.raises(ValueError, match="1-of-3.sqlite: expected a file of scores"):
        run(clips, ["si_snr"])
    files[0].unlink()
    assert {row["metrics"]["si_snr"] for row in run(clips, ["si_snr"])} == {-1}


def test_48_khz_pair_scores_the_same_each_time(tmp_path):
    speech = signals.speech_like(2, 3, 48000)
    noisy = signals.mix(speech, signals.noise_like(2, 3, 48000), 10)
    soundfile.write(tmp_path / "clean.wav", speech, 48000)
    clips = []
    for name in "abc":
        soundfile.write(tmp_path / f"{name}.wav", noisy, 48000, subtype="FLOAT")
        clips.append(Clip(name, "s", tmp_path / f"{name}.wav", tmp_path / "clean.wav"))
    values = []
    for clip in clips:  # a cache each, so that every clip is really scored
        cache = tmp_path / f"{clip.id}.db"
        (row,) = label([clip], ["pesq_wb", "stoi"], cache=cache)
        values.append(row["metrics"])
    assert values[0] == values[1] == values[2]
    assert values[0]["stoi"] > 0.7, "read as if it were 16 kHz, it would be far lower"


def test_errors_name_the_file_and_keep_the_cache(clips, run, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound")
    with pytest.raises(ValueError, match="broken.wav"):
        run([*clips[:2], Clip("x", "s", broken)], ["lsd"])
    with pytest.raises(ValueError, match="did you mean lsd"):
        run(clips, ["lsdd"])
    with pytest.raises(ValueError, match="expected 1 or more, got 0"):
        run(clips, ["lsd"], nj=0)
    with pytest.raises(
        ValueError, match="label cache .*broken.wav: expected a file of"
    ):
        label(clips, ["lsd"], cache=broken)
    assert broken.read_text() == "no sound"


def test_kill_9_in_the_middle_loses_at_most_a_second(tmp_path):
    speech, noise = signals.speech_like(4, 2), signals.noise_like(4, 2)
    soundfile.write(tmp_path / "clean.wav", speech, RATE)
    lines = {"wav.scp": [], "spk1.scp": [], "utt2sys": []}
    for number in range(40):
        path = tmp_path / f"clip {number:02d}.wav"
        soundfile.write(path, 0.5 * signals.mix(speech, noise, number), RATE)
        lines["wav.scp"].append(f"s-u{number:02d} {path}")
        lines["spk1.scp"].append(f"s-u{number:02d} {tmp_path / 'clean.wav'}")
        lines["utt2sys"].append(f"s-u{number:02d} s")
    for name, text in lines.items():
        (tmp_path / name).write_text("\n".join(text) + "\n")
    cache, output = tmp_path / "scores.db", tmp_path / "labels.jsonl"
    command = [sys.executable, "-m", "sqase.bin.label_data", "--data_dir", tmp_path]
    command += ["--metrics", "pesq_wb si_snr", "--nj", "2"]
    command += ["--cache", cache, "--output", output]

    first = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_until(lambda: cache.exists() and count(cache) >= 4)
    workers = pids_of_workers(first.pid)
    first.kill()
    first.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert len(workers) == 2 and not output.exists()
    kept = tamper(cache)
    assert 4 <= kept < 80, "killed in the middle"

    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"s-u{number:02d}" for number in range(40)]
    values = [value for row in rows for value in row["metrics"].values()]
    assert sum(value == -1 for value in values) == kept, "nothing was done twice"
    assert len(values) == 80 and None not in values


def count(cache: Path) -> int:
    try:
        with sqlite3.connect(cache) as file:
            return file.execute("SELECT COUNT(*) FROM scores").fetchone()[0]
    except sqlite3.OperationalError:  # the table is not there yet
        return 0
