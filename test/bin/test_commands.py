"""The commands of users: installed, their examples run, bad input is one line."""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from assessors import write_assessor
from corpora import write
from signals import mix, noise_like, speech_like
from test_bad_input import spoil

from sqase import Assessor
from sqase.bin import cli, sqase_export, sqase_score
from sqase.data.data_dir import write_scp
from sqase.metrics import computed

ROOT = Path(__file__).parents[2]
COMMANDS = {path.stem: path for path in (ROOT / "sqase/bin").glob("sqase_*.py")}


def program(command: str):
    return importlib.import_module(f"sqase.bin.{command.replace('-', '_')}")


def examples() -> list[str]:
    quick = COMMANDS.keys() - {"sqase_adapt"}  # test_sqase_adapt.py runs those
    helps = (program(name).get_parser().epilog for name in sorted(quick))
    return [line.strip() for text in helps for line in text.splitlines()[1:] if line]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A folder with all that the examples name."""
    for number in (1, 2):
        clean, noise = speech_like(1, number), noise_like(1, number)
        write(tmp_path / f"clean/a/{number}.wav", clean)
        noisy = 0.5 * mix(clean, noise, 10 * number)
        for folder in ("enhanced", "recordings"):
            write(tmp_path / f"{folder}/a/{number}.wav", noisy)
    write_assessor(tmp_path / "exp/sqa/assessor")
    (tmp_path / "DATA.md").write_text("Forty hours of **silence**, CC0.")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_command_is_installed():
    text = (ROOT / "setup.py").read_text()
    for stem in COMMANDS:
        name = stem.replace("_", "-")
        assert f'"{name} = sqase.bin.{stem}:main"' in text
        assert program(name).get_parser().prog == name


@pytest.mark.parametrize("line", examples())
def test_examples_of_the_help_run(workplace, line):
    if "exp/seed1" in line:
        from lab import write_enhancer

        write_enhancer(workplace / "exp/seed1/arms/refreshed")
    command, *arguments = shlex.split(line)
    if command == "sqase-enhance":
        (workplace / "enhanced").rename(workplace / "earlier")
    program(command).main(arguments)
    output = arguments[arguments.index("-o") + 1] if "-o" in arguments else None
    assert output is None or any((workplace / output).iterdir())


def test_the_help_of_scoring_lists_all_metrics_of_pairs():
    text = " ".join(sqase_score.get_parser().format_help().split())
    assert f"with --reference {' '.join(sqase_score.TRUE_METRICS)}, out of: " in text
    assert text.split(", out of: ")[1].split(" --format")[0].split() == computed()


def score(capsys, *arguments):
    """Rows that sqase-score prints."""
    capsys.readouterr()
    sqase_score.main([*map(str, arguments), "--format", "jsonl"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_predicted_scores_of_a_folder(workplace, capsys):
    rows = score(capsys, "enhanced", "--model", "exp/sqa/assessor")
    assert [row["file"] for row in rows] == ["a/1.wav", "a/2.wav"]
    assessor = Assessor.from_pretrained("exp/sqa/assessor")
    from sqase.sound import audio

    wave, rate = audio.read("enhanced/a/1.wav")
    assert rows[0]["metrics"] == pytest.approx(assessor.score(wave, rate))


def test_a_committee_is_heard_beside_and_its_cost_said(workplace, capsys):
    options = ["--model", "exp/sqa/assessor", "--committee", "recordings"]
    rows = score(capsys, "enhanced", *options)
    assessor = Assessor.from_pretrained("exp/sqa/assessor")
    from sqase.published.committee import Committee
    from sqase.sound import audio

    wave, noisy = (
        audio.read(f"{folder}/a/1.wav", sample_rate=16000)[0]
        for folder in ("enhanced", "recordings")
    )
    expected = assessor.score(wave, 16000, Committee()(noisy), "committee")
    assert rows[0]["metrics"] == pytest.approx(expected)
    assert rows[0]["metrics"] != pytest.approx(assessor.score(wave, 16000))

    audio.write("recordings/a/2.wav", noisy[:-9], 16000)
    with pytest.raises(SystemExit, match="1 of 2 files skipped"):
        score(capsys, "enhanced", *options)
    said = capsys.readouterr().err
    assert re.search(r"2.wav: expected \d+ samples at 16 kHz as its recording", said)
    assert re.search(r"^committee: \d+.\d s for \d.\d s of sound$", said, re.M)
    with pytest.raises(SystemExit):
        score(capsys, "enhanced", *options, "--reference", "clean")


def test_true_scores_of_scp_files(workplace, capsys):
    for name in ("enhanced", "clean"):
        paths = {f"utt{n}": workplace / f"{name}/a/{n}.wav" for n in (1, 2)}
        write_scp(workplace / f"{name}.scp", paths)
    command = ["enhanced.scp", "--reference", "clean.scp", "--metrics", "si_snr"]
    rows = score(capsys, *command)
    for row, snr in zip(rows, (10, 20), strict=True):
        assert row["metrics"]["si_snr"] == pytest.approx(snr, abs=0.5)


def test_bad_files_are_skipped_and_the_rest_is_scored(workplace, capsys):
    names = spoil(workplace / "enhanced")
    with pytest.raises(SystemExit, match="sqase-score: error: 7 of 9 files skipped"):
        score(capsys, "enhanced", "--model", "exp/sqa/assessor")
    out, err = capsys.readouterr()
    assert [json.loads(line)["file"] for line in out.splitlines()] == [
        "a/1.wav",
        "a/2.wav",
    ]
    for name in names:
        assert len(re.findall(f"warning: skipped: audio file .*{name}: ", err)) == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            "enhanced --model nowhere",
            "sqase-score: error: model nowhere: no such folder",
        ),
        ("enhanced --model clean", "assessor clean: expected a file config.json"),
        ("enhanced --model exp/sqa/assessor --metrics stio", "did you mean stoi"),
        ("enhanced --reference nowhere", "2 of 2 files skipped"),
        ("enhanced --reference clean --metrics pesk", "unknown metric 'pesk'"),
        ("exp --reference clean", "audio folder exp: expected sound files"),
    ],
)
def test_wrong_arguments_end_with_one_line(workplace, arguments, message):
    with pytest.raises(SystemExit, match=message) as caught:
        sqase_score.main(shlex.split(arguments))
    assert "\n" not in str(caught.value)


WITHOUT_ESPNET = """
import sys
for package in ("espnet", "espnet2"):
    sys.modules[package] = None  # as if it were not installed
from sqase.bin import sqase_enhance, sqase_export, sqase_score
sqase_export.main(["exp/sqa/assessor", "-o", "published", "--data", "DATA.md"])
sqase_score.main(["enhanced", "--model", "published"])
sqase_enhance.main(["recordings", "-o", "out", "--model", "published"])
"""


def test_an_exported_assessor_needs_no_espnet_and_the_enhancer_says_so(workplace):
    agreement = {"modes": {"blind": {"all": {"utterance": {}, "system": {}}}}}
    (workplace / "exp/sqa/agreement.json").write_text(json.dumps(agreement))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ESPNET],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("a/1.wav") == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("sqase-enhance: error: expected the package espnet2, got")
    assert "tools/install.sh" in last and done.returncode == 1
    card = (workplace / "published/README.md").read_text()
    assert "Forty hours of **silence**" in card and "Mode blind:" in card


def test_a_folder_without_a_model_is_not_exported(workplace):
    with pytest.raises(SystemExit, match="sqase-export: error: model clean: expected"):
        sqase_export.main(["clean", "-o", "out"])
    assert not Path("out").exists()


def test_a_module_of_our_own_that_is_missing_keeps_its_traceback():
    @cli
    def main(argv=None):
        importlib.import_module("sqase.nothing")

    with pytest.raises(ModuleNotFoundError):
        main()
