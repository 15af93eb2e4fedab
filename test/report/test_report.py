"""The program: three files and a printed table."""

import gzip
import json
from types import SimpleNamespace

import pytest

from sqase.data.data_dir import read_scp, write_scp
from sqase.report.markdown import about

ARMS = ("noisy", "baseline", "placebo", "refreshed")
SCHEMA = (
    "roles scores predicted versus above_preset presets agreement probes direction "
    "complexity seconds step_seconds provenance"
).split()


def run(experiment, *args, **options):
    experiment.report(*args, **options)
    results = (experiment.output_dir / "results.json").read_text()
    return json.loads(results), (experiment.output_dir / "RESULTS.md").read_text()


def section(page, title):
    return next(part for part in page.split("\n## ") if part.startswith(title))


def test_results_have_the_schema_and_no_nan(finished):
    results, _ = run(finished)
    assert sorted(results) == sorted(SCHEMA)
    text = (finished.output_dir / "results.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    assert results["scores"]["noisy"]["real"]["pesq_wb"]["mean"] is None
    assert list(results["seconds"].items()) == [("1", 12.5), ("2", 60), ("10", 3)]
    agreement = results["agreement"]
    assert agreement["utterance"]["pesq_wb"]["lcc"] == 0.98
    assert list(agreement["by_mode"]) == ["blind", "reference"]
    assert list(agreement["by_mode"]["blind"]) == ["outputs"]
    assert results["probes"]["gain"]["pesq_wb"]["max"] == 0.024
    assert results["complexity"]["placebo"]["parameters"] == 95000
    assert results["step_seconds"] == dict.fromkeys(ARMS[1:], 0.5)
    assert set(results["provenance"]["digests"]) == {
        "settings of baseline",
        "settings of guided arms",
        *(f"data {name}" for name in ("train", "test", "noref", "real")),
    }


def test_page_shows_what_judges_know_of_changes_of_an_arm(finished):
    results, page = run(finished)
    (arms,) = results["direction"].values()
    assert arms["refreshed"]["judges"]["after"]["pesq_wb"]["n"] == 1
    rows = page.split("### Which way is better, on test")[1].split("\n##")[0]
    assert "mean\nover 2 outputs" in rows and "formula" not in rows.split("| arm |")[1]
    start = "| refreshed | reference | as the arm"
    assert f"{start}s start with it | 0.625 [0.500, 0.750] |" in rows
    assert f"{start}'s loop left it | 0.625 |" in rows


def test_page_shows_probes_and_guesses_of_the_assessor(finished):
    _, page = run(finished)
    probes = section(page, "What moves the assessor")
    assert "| pesq_wb | 2.4 | 2.4 | 1 | 12 |" in probes
    assert "| 10 | +0.41 (+0.90) | -0.02 (+0.05) | - |" in probes
    agreement = section(page, "How well")
    assert "LCC / SRCC / RMSE | input SNR | assessor, blind |" in agreement
    assert "| placebo, seed 1 | 3 |" in section(page, "Selected epochs")
    assert "| pesq_wb | 0.980 / 0.970 / 0.2 | 0.980 / 0.970 / 0.2 |" in agreement
    assert "| blind | 0.980 / 0.970 | 81.2 % | 700 |" in agreement


def test_a_published_enhancer_is_a_row_without_a_training(finished, offsets):
    for name, metric in (("test", "pesq_wb"), ("noref", "pesq_wb")):
        offsets(name, {"noisy": 0.0, "gtcrn": 0.9}, metric=metric)
    offsets("real", {"noisy": 0.0, "gtcrn": 0.9}, metric="dnsmos_ovrl")
    with pytest.raises(SystemExit, match="units.json: expected what gtcrn costs"):
        run(finished, arms=(*ARMS, "gtcrn"))
    path = finished.expdir / "published/units.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"gtcrn": {"parameters": 23669, "rtf": 0.07}}))
    made = finished.expdir / "published/gtcrn/test/wav.scp"
    utts = read_scp(finished.data_dir / "test/utt2spk")
    write_scp(made, dict.fromkeys(utts, finished.sound("gtcrn", 20)))
    results, page = run(finished, arms=(*ARMS, "gtcrn"))
    assert results["versus"]["gtcrn"]["control"] == "noisy"
    assert results["versus"]["gtcrn"]["test"]["pesq_wb"]["delta"] == 0.9
    assert "| gtcrn | 23,669 | - | 0.07 | - |" in section(page, "Cost")
    assert "gtcrn" not in section(page, "Selected epochs")
    html = (finished.output_dir / "report/index.html").read_text("utf-8")
    assert '"name": "gtcrn"' in html
    assert "refreshed - placebo in pesq_wb" in html  # how clips are chosen


def test_page_tells_direction_choice_and_new_systems(finished):
    _, page = run(finished)
    way = section(page, "Which way")
    assert "over the local edits of one output, mean over\n33 outputs" in way
    row = "| pesq_wb | 0.625 [0.062, 0.750] | 0.500 [0.062, 0.750] | 0.125 ["
    assert row in way and "| committee | formula | committee above formula |" in way
    assert "Of each of 7 recordings the assessor picks one of the 31 means" in way
    assert "| oracle | 9.750 | 0.250 [0.062, 0.750] |" in way
    assert "| all members | 9.500 | - |" in way
    assert "| dtln (never heard) | 40 | 0.98 |" in way


def test_intervals_of_few_speakers_are_said_to_be_of_these():
    def text(speakers):
        return about(
            SimpleNamespace(ids=range(9), speakers=speakers, references="given")
        )

    assert text("aabbccddd") == (
        "9 clips of 4 speakers (intervals are over clips and say nothing of other "
        "speakers), with references"
    )
    assert text("aabbccdde") == "9 clips of 5 speakers, with references"


def test_page_says_what_a_reader_must_know(finished):
    _, page = run(finished)
    first = section(page, "test")
    assert "24 clips of 8 speakers, with references" in first
    assert "| refreshed | placebo |" in first and "| scored |  | 24/24 |" in first
    assert "simulated, references withheld" in section(page, "noref")
    real = section(page, "real")
    assert "recordings without references" in real
    assert "dnsmos_ovrl" in real and "pesq_wb" not in real
    gap = section(page, "Is the assessor fooled?").split("### ")
    assert "**+0.8" in gap[1] and "no truth" not in gap[1]
    assert "no truth" in gap[3]
    assert "passed" in section(page, "Self-check")
    assert "| pesq_wb | 0.980 / 0.970 |" in section(page, "How well")
    assert '--clean_dir "$CLEAN"' in page
    assert str(finished.expdir.parent) not in page


def test_page_shows_the_pictures_that_were_drawn(finished):
    _, page = run(finished)
    assert "![](figures/validation.png)" in section(page, "During training")
    assert "gap.png" not in page  # no arm has a gap
    folder = finished.output_dir / "figures"
    assert [path.name for path in folder.iterdir()] == ["validation.png"]


def test_scores_of_each_utterance_are_kept(finished):
    run(finished)
    path = finished.output_dir / "scores.jsonl.gz"
    before = path.read_bytes()
    assert before[4:8] == bytes(4)  # no time of writing in the header
    rows = [json.loads(line) for line in gzip.decompress(before).splitlines()]
    assert len(rows) == len(ARMS) * 3 * 24
    assert {(row["arm"], row["test_set"]) for row in rows} == {
        (arm, name) for arm in ARMS for name in ("test", "noref", "real")
    }
    assert set(rows[0]) == {"arm", "seed", "test_set", "id", "speaker", "metrics"}
    run(finished)
    assert path.read_bytes() == before


def test_printed_table_marks_differences_and_a_failed_check(finished, offsets, capsys):
    run(finished)
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if line.startswith("refreshed"))
    assert line.endswith("+0.099*") and "FAILED" not in printed
    offsets("test", {"noisy": 0.0, "baseline": 0.5, "placebo": 0.3}, spread=0.01)
    _, page = run(finished)
    assert "self-check FAILED: test: placebo" in capsys.readouterr().out
    assert "FAILED: test: placebo" in section(page, "Self-check")


def test_mixed_digests_end_the_program_and_write_nothing(finished):
    finished.unit("placebo", seed="2", data_digest={"train": "other"})
    with pytest.raises(SystemExit, match="report: error: .*not comparable"):
        run(finished, seeds="1 2")
    assert not finished.output_dir.exists()


def test_without_assessor_there_is_no_gap_and_no_agreement(experiment, offsets):
    experiment.test_set("test", speakers=3, each=2)
    offsets("test", {"noisy": 0.0, "baseline": 0.5})
    experiment.unit("baseline")
    results, page = run(experiment, arms=["noisy", "baseline"], test_sets="test")
    assert results["agreement"]["on_arms"] == {"noisy": {}, "baseline": {}}
    assert "fooled" not in page and "How well" not in page
