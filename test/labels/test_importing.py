"""Scores of listeners and of other programs become labels, mistakes become errors."""

import json

import pytest

from sqase.bin import import_labels
from sqase.data.listings import read_labels, write_labels
from sqase.labels.importing import add_scores, read_scores
from sqase.metrics import ranges, score, version

ROWS = [
    {"id": name, "system": "s", "metrics": {"stoi": 0.5}, "reasons": {}}
    for name in ("a", "b", "c")
]


@pytest.fixture
def labels(tmp_path):
    write_labels(tmp_path / "labels.jsonl", ROWS)
    return tmp_path / "labels.jsonl"


def run(labels, table, *columns, id_column="id"):
    output = labels.with_name("more.jsonl")
    options = ["--labels", labels, "--input", table, "--id", id_column]
    options += ["--output", output, "--columns", *columns]
    import_labels.main([str(option) for option in options])
    return read_labels(output, ranges())


def test_listeners_are_averaged_and_missing_clips_are_null(labels, tmp_path, capsys):
    table = tmp_path / "scores of listeners.csv"
    table.write_text("clip,score,who\na,4,x\na,5,y\nb,nan,x\nb,,y\nb,9,z\n")
    rows = run(labels, table, "mos=score", id_column="clip")
    assert [row["metrics"] for row in rows] == [
        {"stoi": 0.5, "mos": 4.5},
        {"stoi": 0.5, "mos": 5.0},
        {"stoi": 0.5, "mos": None},
    ]
    assert [row["clamped"] for row in rows] == [[], ["mos"], []]
    assert rows[2]["reasons"] == {"mos": "no value in scores of listeners.csv"}
    assert rows[0]["versions"]["mos"].startswith("scores of listeners.csv:")
    assert "mos: 2 of 3 clips, 1 clamped" in capsys.readouterr().out


def test_objects_inside_objects_have_columns(labels, tmp_path):
    table = tmp_path / "scores.jsonl"
    lines = [{"id": n, "metrics": {"utmos": 2.5, "x": None}} for n in "abc"]
    table.write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = run(labels, table, "utmos=metrics.utmos", "scoreq=metrics.x")
    assert rows[1]["metrics"] == {"stoi": 0.5, "utmos": 2.5, "scoreq": None}


@pytest.mark.parametrize(
    "text, columns, message",
    [
        ("id,mos\na,good\n", {"mos": "mos"}, ":2: mos: expected a number, got 'good'"),
        ("id,mos\na,1\n", {"mos": "MOS"}, "expected the column 'MOS', got id, mos"),
        ("id,mos\nz,1\n", {"mos": "mos"}, "got 1 others, 'z' first"),
        ("id,mos\na,1\n", {"stoi": "mos"}, "metrics that the labels have not.*stoi"),
        ("id,mos\na,1\n", {"moss": "mos"}, "did you mean mos"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, text, columns, message):
    table = tmp_path / "scores.csv"
    table.write_text(text)
    with pytest.raises(ValueError, match=message):
        add_scores(ROWS, read_scores(table, "id", columns), list(columns), table)


def test_other_kinds_of_files_are_refused(tmp_path):
    (tmp_path / "scores.xlsx").write_bytes(b"PK")
    with pytest.raises(ValueError, match="expected .csv, .tsv or .jsonl, got '.xlsx'"):
        read_scores(tmp_path / "scores.xlsx", "id", {"mos": "mos"})
    (tmp_path / "scores.jsonl").write_text("{'id': 1}\n")
    with pytest.raises(ValueError, match="scores.jsonl:1: expected a JSON object"):
        read_scores(tmp_path / "scores.jsonl", "id", {"mos": "mos"})
    (tmp_path / "scores.jsonl").write_text("[1]\n")
    with pytest.raises(ValueError, match="scores.jsonl:1: expected a JSON object"):
        read_scores(tmp_path / "scores.jsonl", "id", {"mos": "mos"})
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_scores(tmp_path / "none.csv", "id", {"mos": "mos"})


def test_the_program_keeps_the_labels_that_it_could_not_extend(labels, tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("id,mos\nz,1\n")
    before = labels.read_bytes()
    with pytest.raises(SystemExit, match="import_labels: error: .*scores.csv"):
        run(labels, table, "mos=mos")
    assert labels.read_bytes() == before
    assert not labels.with_name("more.jsonl").exists()


def test_an_imported_metric_is_never_computed():
    for compute in (version, lambda name: score([name], enhanced=None, sample_rate=1)):
        with pytest.raises(ValueError, match="mos: expected one that sqase computes"):
            compute("mos")
