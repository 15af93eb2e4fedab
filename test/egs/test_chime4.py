"""CHiME-4: stage 1 on a small tree of the official layout and ESPnet's simulation."""

import zlib
from pathlib import Path

import pytest
from corpora import write, write_noise
from recipe import prepare_data, run_data, said_without, state
from signals import noise_like

from sqase.data.data_dir import read_scp, validate

PLACES = ["bus", "caf", "ped", "str"]
SIMULATED = {"tr05": ["011", "40m"], "dt05": ["F01", "M03"], "et05": ["F05", "M06"]}
AUDIO = "data/audio/16kHz"


def write_simulated(root, part, place, name, channel):
    """A mixture as `CHiME3_simulate_data_patched_parallel.m` leaves it."""
    folder = f"{part}_{place}_simu"
    seed = zlib.crc32(f"{folder}/{name}.CH{channel}".encode())
    clean, noise = noise_like(0.5, seed), noise_like(0.5, seed + 100)
    for kind, wave in (("", clean + noise), (".Clean", clean), (".Noise", noise)):
        parent = "isolated_ext" if kind else "isolated"
        path = f"simulated/{parent}/{folder}/{name}.CH{channel}{kind}.wav"
        write(root / path, wave)
    return f"{folder}/{name}.CH{channel}.wav"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Channels 1 and 5 of six; the lists take them in turn."""
    root = tmp_path_factory.mktemp("a") / "CHiME-4"
    lists = {"dt05": [], "et05": []}
    for part, speakers in SIMULATED.items():
        for place in PLACES:
            for number, speaker in enumerate(speakers):
                name = f"{speaker}_{speaker}C020{number}_{place.upper()}"
                made = [write_simulated(root, part, place, name, c) for c in (1, 5)]
                if part in lists:
                    lists[part].append(made[(number + len(lists[part])) % 2])
    for part, lines in lists.items():
        path = root / f"data/annotations/{part}_simu_1ch_track.list"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    for place in PLACES:
        for channel in (0, 1, 5):
            name = f"tr05_{place}_real/F02_011C020{channel}_{place.upper()}.CH{channel}"
            write_noise(root / f"{AUDIO}/isolated_6ch_track/{name}.wav", 1)
        for kind, speaker in (("real", "F05"), ("simu", "F06")):
            name = f"et05_{place}_{kind}/{speaker}_441C0201_{place.upper()}.wav"
            write_noise(root / f"{AUDIO}/isolated_1ch_track/{name}", 1)
    return root


@pytest.fixture(scope="module")
def data(corpus, tmp_path_factory):
    output_dir = tmp_path_factory.mktemp("b") / "data"
    result = run_data("chime4", output_dir, corpus_dir=corpus)
    assert result.returncode == 0, result.stderr
    assert "expected the 7138 utterances that were published" in result.stderr
    return output_dir


def paths(data, name, file="wav.scp"):
    return [Path(path) for path in read_scp(data / name / file).values()]


def test_every_set_is_valid(data):
    counts = {"train": 8, "valid": 4, "test": 5, "train_real": 4, "real": 4}
    for name, count in counts.items():
        known = "real" not in name
        assert len(validate(data / name, with_reference=known)) == count


def test_training_hears_one_channel_and_its_clean_speech(corpus, data):
    inside = [path.relative_to(corpus).as_posix() for path in paths(data, "train")]
    assert sorted(inside)[0] == (
        "simulated/isolated/tr05_bus_simu/011_011C0200_BUS.CH5.wav"
    )
    assert all(path.endswith(".CH5.wav") for path in inside)
    references = [path.relative_to(corpus) for path in paths(data, "train", "spk1.scp")]
    assert [path.as_posix() for path in references] == [
        path.replace("isolated", "isolated_ext").replace(".wav", ".Clean.wav")
        for path in inside
    ]


@pytest.mark.parametrize("name, part", [("valid", "dt05"), ("test", "et05")])
def test_the_lists_of_the_track_say_which_channel_is_heard(corpus, data, name, part):
    lines = (corpus / f"data/annotations/{part}_simu_1ch_track.list").read_text()
    taken = {"/".join(path.parts[-2:]) for path in paths(data, name)}
    assert taken < set(lines.split())
    for noisy, clean in zip(paths(data, name), paths(data, name, "spk1.scp")):
        assert clean.name == noisy.name.replace(".wav", ".Clean.wav")


def test_recordings_are_of_the_tablet_and_have_their_readers(data):
    assert all(path.name.endswith(".CH5.wav") for path in paths(data, "train_real"))
    assert set(read_scp(data / "train_real/utt2spk").values()) == {"F02"}
    real = read_scp(data / "real/utt2spk")
    assert real == {f"F05_441C0201_{place.upper()}": "F05" for place in PLACES}


def test_a_second_run_makes_nothing(corpus, data, capsys):
    before = state(data)
    prepare_data("chime4", corpus, data)
    assert capsys.readouterr().out.count("already done: ") == 5
    assert state(data) == before


@pytest.mark.parametrize(
    "kind, name",
    [
        ("folder", "simulated/isolated_ext/et05_str_simu"),
        ("folder", f"{AUDIO}/isolated_1ch_track/et05_caf_real"),
        ("file", "data/annotations/et05_simu_1ch_track.list"),
    ],
)
def test_what_is_missing_is_named_with_the_tree_and_its_source(
    corpus, tmp_path, kind, name
):
    said = said_without("chime4", corpus, name, tmp_path)
    assert f"broken: expected the {kind} {name} in it, found none" in said
    assert "simulated/isolated_ext/   " in said
    assert "https://www.chimechallenge.org/challenges/chime4" in said


def test_a_mixture_without_its_clean_speech_is_named(corpus, tmp_path):
    name = "simulated/isolated_ext/tr05_bus_simu/011_011C0200_BUS.CH5.Clean.wav"
    said = said_without("chime4", corpus, name, tmp_path)
    assert f"expected its reference {tmp_path / 'broken' / name}, found none" in said


def test_the_folder_of_the_corpus_has_to_be_given(tmp_path):
    result = run_data("chime4", tmp_path / "data")
    assert result.returncode == 2
    assert "--corpus_dir: expected a folder, got none" in result.stderr
    assert "https://www.chimechallenge.org/challenges/chime4" in result.stderr
