"""CHiME-7 UDASE: stage 1 on a small tree of what the challenge's scripts write."""

from pathlib import Path

import pytest
from corpora import write_noise
from recipe import prepare_data, run_data, said_without, state

from sqase.data.data_dir import read_scp, validate

SINGLE = "LibriMix/Libri3Mix/wav16k/min/train-360"
PAIR = "LibriMix/Libri2Mix/wav16k/min/train-100"
TRIPLE = "LibriMix/Libri3Mix/wav16k/min/train-100"
DOMAIN = "reverberant-LibriCHiME-5"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """All kinds of mixture that LibriMix makes; segments of other kinds, too."""
    root = tmp_path_factory.mktemp("a") / "UDASE"
    for n, (top, third) in enumerate(
        {SINGLE: "_50-1-0000", PAIR: "", TRIPLE: "_60-1-0001"}.items()
    ):
        for m in range(3):
            name = f"10{n}-1240-000{m}_20{n}-135887-001{m}{third}.wav"
            for kind in ("s1", "noise", "mix_single", "mix_both", "mix_clean"):
                write_noise(root / top / kind / name, 0.5)
    for part, session, wearers in (("dev", "S02", "5678"), ("eval", "S01", "1234")):
        for speakers, wearer in zip((1, 2, 3, 3), wearers):
            for kind in ("mix", "speech", "noise"):
                name = f"{session}_P0{wearer}_44b_{kind}.wav"
                write_noise(root / DOMAIN / part / str(speakers) / name, 0.5)
    for session in ("S03", "S04"):
        for chunk in range(3):
            name = f"{session}_P09_12_{chunk}.wav"
            write_noise(root / "CHiME-5/train/unlabeled_10s" / name, 3)
    for wearer in range(1, 5):
        for folder in ("0", "1", "listening_test"):
            name = f"CHiME-5/eval/{folder}/S01_P0{wearer}_44.wav"
            write_noise(root / name, 3)
    return root


@pytest.fixture(scope="module")
def data(corpus, tmp_path_factory):
    output_dir = tmp_path_factory.mktemp("b") / "data"
    result = run_data("chime7_udase", output_dir, corpus_dir=corpus)
    assert result.returncode == 0, result.stderr
    return output_dir


def inside(corpus, data, name, file="wav.scp"):
    """Paths in the corpus, by utterance."""
    paths = read_scp(data / name / file)
    return {utt: Path(p).relative_to(corpus).as_posix() for utt, p in paths.items()}


def test_every_set_is_valid(data):
    counts = {"train": 9, "valid": 4, "test": 4, "train_real": 6, "real": 4}
    for name, count in counts.items():
        known = "real" not in name
        assert len(validate(data / name, with_reference=known)) == count


def test_the_reference_is_the_speech_of_all_who_speak(corpus, data):
    noisy = inside(corpus, data, "train")
    clean = inside(corpus, data, "train", "spk1.scp")
    kinds = {
        (noisy[utt].rsplit("/", 1)[0], clean[utt].rsplit("/", 1)[0]) for utt in noisy
    }
    assert kinds == {
        (f"{SINGLE}/mix_single", f"{SINGLE}/s1"),
        (f"{PAIR}/mix_both", f"{PAIR}/mix_clean"),
        (f"{TRIPLE}/mix_both", f"{TRIPLE}/mix_clean"),
    }
    assert set(read_scp(data / "train/utt2spk").values()) == {"100", "101", "102"}


def test_mixtures_near_the_domain_are_scored_by_their_speech(corpus, data):
    assert inside(corpus, data, "test") == {
        f"S01_P0{wearer}_44b": f"{DOMAIN}/eval/{speakers}/S01_P0{wearer}_44b_mix.wav"
        for speakers, wearer in zip((1, 2, 3, 3), range(1, 5))
    }
    speakers = read_scp(data / "test/utt2spk")
    assert speakers["S01_P03_44b"] == read_scp(data / "real/utt2spk")["S01_P03_44"]
    for utt, path in inside(corpus, data, "test", "spk1.scp").items():
        assert path.endswith(f"/{utt}_speech.wav")


def test_recordings_of_the_domain_have_no_reference(corpus, data):
    speakers = read_scp(data / "train_real/utt2spk")
    assert set(speakers.values()) == {"S03_P09", "S04_P09"}
    assert set(inside(corpus, data, "real").values()) == {
        f"CHiME-5/eval/1/S01_P0{wearer}_44.wav" for wearer in range(1, 5)
    }


def test_a_second_run_makes_nothing(corpus, data, capsys):
    before = state(data)
    prepare_data("chime7_udase", corpus, data)
    assert capsys.readouterr().out.count("already done: ") == 5
    assert state(data) == before


@pytest.mark.parametrize(
    "folder", [f"{PAIR}/mix_clean", f"{DOMAIN}/eval/3", "CHiME-5/train/unlabeled_10s"]
)
def test_a_missing_folder_is_named_with_the_tree_and_its_sources(
    corpus, tmp_path, folder
):
    said = said_without("chime7_udase", corpus, folder, tmp_path)
    assert f"broken: expected the folder {folder} in it, found none" in said
    assert "CHiME-5/train/unlabeled_10s/   " in said
    assert "https://github.com/UDASE-CHiME2023" in said
    assert "https://github.com/JorisCos/LibriMix" in said
