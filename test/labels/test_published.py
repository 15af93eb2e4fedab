"""Published tables become leaderboards; a bad line is named."""

import json

import pytest
import signals

from sqase.bin import import_leaderboard
from sqase.data.data_dir import read_labels, read_scp
from sqase.labels.published import read_table, split
from sqase.sound import audio

METRICS = """
roles: {trained: [mos, urgent_pesq], held_out: [], related: []}
labels: [mos, urgent_pesq]
selection: []
main: []
"""


def line(system, sample, path="x.wav", **metrics):
    ids = {"system_id": system, "sample_id": sample}
    return {"audio_path": str(path), **ids, "metrics": metrics}


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def run(folder, *tables, columns="{mos: mos, urgent_pesq: pesq}", held_out=True):
    (folder / "data.yaml").write_text(f"columns: {columns}\nheld_out: 0.3\n")
    (folder / "metrics.yaml").write_text(METRICS)
    options = ["--tables", *tables, "--config", folder / "data.yaml"]
    options += ["--metrics", folder / "metrics.yaml", "--output_dir", folder / "train"]
    options += ["--held_out_dir", folder / "valid"] if held_out else []
    import_leaderboard.main([str(option) for option in options])


@pytest.fixture
def sound(tmp_path):
    audio.write(tmp_path / "é 1.wav", signals.speech_like(0.3, 1), 16000)
    return tmp_path / "é 1.wav"


def test_scores_become_labels_null_or_clamped(tmp_path, sound, capsys):
    table = write(
        tmp_path / "t.jsonl",
        [
            line("s", "a", sound, mos=6, pesq=2.5, sdr=1),
            line("s", "b", sound, mos=3),
        ],
    )
    run(tmp_path, table, held_out=False)
    first, second = read_labels(tmp_path / "train/labels.jsonl")
    assert first["metrics"] == {"mos": 5, "urgent_pesq": 2.5}
    assert first["clamped"] == ["mos"] and first["id"] == "s-a"
    assert second["metrics"] == {"mos": 3, "urgent_pesq": None}
    assert second["reasons"] == {"urgent_pesq": "no value in t.jsonl"}
    assert read_scp(tmp_path / "train/utt2utt") == {"s-a": "a", "s-b": "b"}
    assert (
        "2 clips, 1 systems\n  mos: 2 of 2 clips, 1 clamped" in capsys.readouterr().out
    )


def test_each_table_holds_out_systems_and_utterances(tmp_path, sound):
    tables = [
        write(
            tmp_path / f"{name}.jsonl",
            [
                line(f"{name}{s}", f"{name}{u}", sound, mos=2, pesq=2)
                for s in "xyz"
                for u in "abcd"
            ],
        )
        for name in ("one", "two")
    ]
    run(tmp_path, *tables)
    counts = {"train": 2 * 2 * 2, "valid": 2 * 1 * 2}  # 1 of 3 systems, 2 of 4 samples
    for part, count in counts.items():
        assert len(read_scp(tmp_path / part / "wav.scp")) == count
    for name in ("utt2sys", "utt2utt"):
        train, valid = (read_scp(tmp_path / part / name) for part in counts)
        assert not set(train.values()) & set(valid.values())


def test_clips_of_one_system_are_split_by_utterance():
    rows = [{"system": "all", "utterance": str(n)} for n in range(10)]
    train, valid = split(rows, 0.2)
    assert (len(train), len(valid)) == (8, 2)
    assert split(rows[::-1], 0.2)[1] == valid[::-1], "depends on the order"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line("s", "a"), line("s", "a")], ":2: expected each system_id and sample_id"),
        ([line("s", "a b")], ":1: sample_id: expected a name without white space"),
        ([line("s/..", "a")], ":1: system_id: expected a name without .* '/'"),
        ([line(None, "a")], ":1: expected system_id, a text, got None"),
        ([line("s", "a", pesq="good")], ":1: pesq: expected a number, got 'good'"),
        ([{"metrics": {}}], ":1: expected audio_path, a text, got None"),
    ],
)
def test_a_bad_line_is_named(tmp_path, lines, message):
    table = write(tmp_path / "t.jsonl", lines)
    with pytest.raises(ValueError, match="t.jsonl" + message):
        read_table(table, {"urgent_pesq": "pesq"})


def test_faults_beyond_a_line(tmp_path, sound):
    table = write(tmp_path / "t.jsonl", [line("s", "a", sound, mos=1)])
    with pytest.raises(SystemExit, match="columns: expected .* none for urgent_pesq"):
        run(tmp_path, table, columns="{mos: mos}")
    with pytest.raises(
        SystemExit, match="each clip in one table, got 's-a' and 0 more"
    ):
        run(tmp_path, table, table, held_out=False)
    with pytest.raises(SystemExit, match="table .*none.jsonl: no such file"):
        run(tmp_path, tmp_path / "none.jsonl")
    audio.write(sound, signals.speech_like(0.3, 1, 48000), 48000)
    with pytest.raises(SystemExit, match="s-a: expected 16000 Hz and 1 channel"):
        run(tmp_path, table, held_out=False)
