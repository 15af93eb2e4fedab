"""A folder with every kind of bad file: what can be used is, the rest is named."""

import numpy as np
import pytest
from corpora import write, write_corpus
from signals import speech_like

from sqase.bin import simulate_data
from sqase.data.data_dir import read_scp
from sqase.simulation.sources import scan_folders

CONFIG = "egs/folders/conf/data.yaml"


@pytest.fixture
def folders(tmp_path):
    return write_corpus(tmp_path / "my corpus é")


def spoil(folder):
    """Put one file of each bad kind beside the good ones; returns their names."""
    speech = speech_like(2, 1)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("hello\n" * 500)
    (folder / "movie.m4a").write_bytes(bytes(range(256)))
    cut = write(folder / "cut.wav", speech)
    cut.write_bytes(cut.read_bytes()[:20000])
    write(folder / "nan.wav", np.full(16000, np.nan), subtype="FLOAT")
    write(folder / "silent.wav", np.zeros(16000))
    write(folder / "short.wav", speech[:1600])
    (folder / "readme.txt").write_text("not sound, and not named like it")
    return "empty.wav text.wav movie.m4a cut.wav nan.wav silent.wav short.wav".split()


def test_unusable_files_are_named_one_by_one(folders, capsys):
    names = spoil(folders["clean"])
    usable = scan_folders(folders, nj=2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(names)
    for name in names:
        assert sum(f"{name}: " in line for line in lines) == 1
    used = {recording.path.name for recording in usable["clean"]}
    assert used == {"take 0.wav", "take 1.wav"}


def test_convertible_files_are_used_with_one_warning(folders, capsys):
    speech = speech_like(2, 1)
    clean = folders["clean"]
    write(clean / "s/8k.wav", speech, 8000)
    write(clean / "s/48k.ogg", speech, 48000)
    write(clean / "s/stereo.wav", np.stack([speech, speech], axis=1))
    usable = scan_folders(folders, nj=1)
    (line,) = capsys.readouterr().err.splitlines()
    assert "of 22 files, 2 are resampled to 16000 Hz and 1 mixed down" in line
    assert {recording.path.name for recording in usable["clean"]} >= {
        "8k.wav",
        "48k.ogg",
        "stereo.wav",
    }


def run(folders, output_dir, **options):
    """Call the program with these folders."""
    folders = {f"{kind}_dir": folder for kind, folder in folders.items()}
    given = {**folders, "config": CONFIG, "size": "smoke", **options}
    arguments = [
        text for name, value in given.items() for text in (f"--{name}", str(value))
    ]
    simulate_data.main([*arguments, "--output_dir", str(output_dir), "--nj", "2"])


def test_a_mixed_folder_becomes_valid_data(folders, tmp_path, capsys):
    spoil(folders["clean"])
    write(folders["clean"] / "s/stereo 44k.wav", np.ones((66150, 2)) * 0.1, 44100)
    run(folders, tmp_path / "data")
    assert len(read_scp(tmp_path / "data/train/wav.scp")) == 16
    assert "left out: audio file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change, message",
    [
        ({"clean_dir": "nowhere"}, "audio folder nowhere: no such folder"),
        ({"clean_dir": "utils"}, "audio folder utils: expected sound files"),
        ({"config": "nowhere.yaml"}, "nowhere.yaml: no such file"),
        ({"size": "smal"}, "expected one of default, .*, smoke, got 'smal'"),
    ],
)
def test_wrong_arguments_end_with_one_line(folders, tmp_path, change, message):
    with pytest.raises(SystemExit, match=message) as caught:
        run(folders, tmp_path / "data", **change)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_a_folder_of_bad_files_alone_is_refused(folders, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    spoil(bad)
    with pytest.raises(SystemExit, match="expected usable sound files, got 7 that"):
        run({**folders, "clean": bad}, tmp_path / "data")


@pytest.mark.parametrize("missing", ["--nj", "--clean_dir"])
def test_an_option_without_value_is_refused(missing, capsys):
    with pytest.raises(SystemExit):
        simulate_data.main([missing])
    assert f"argument {missing}: expected one argument" in capsys.readouterr().err


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)
