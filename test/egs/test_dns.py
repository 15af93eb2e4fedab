"""The DNS challenge: stage 1 on a small tree of the official layout."""

import shutil

import numpy as np
import pytest
from corpora import write
from recipe import prepare_data, run_data, said_without, state
from signals import mix, noise_like, speech_like

from sqase.data.data_dir import read_scp, validate

TEST = "datasets/test_set/synthetic/no_reverb"
BLIND = "datasets/ICASSP_blind_test_set/track_1/noisy"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 320044\n"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Names and quirks as in the challenge's repository."""
    root = tmp_path_factory.mktemp("a") / "DNS-Challenge"
    for n in range(8):
        name = f"book_{n:05d}_chp_0009_reader_{n % 4:05d}_{n}.wav"
        write(root / "datasets/clean/read_speech" / name, speech_like(3, n))
        write(root / f"datasets/noise/--9VR_F7Ct{n}.wav", noise_like(5, n))
    for n in range(3):
        tail = noise_like(0.3, n) * np.exp(-np.arange(4800) / 800)
        name = f"SLR26/simulated_rirs_16k/smallroom/Room001/Room001-{n:05d}.wav"
        write(root / "datasets/impulse_responses" / name, tail)
    for n in (7, 21, 158):
        clean = speech_like(1, n)
        name = f"noisy/clnsp{n}_door_83878_0_snr15_tl-26_fileid_{n}.wav"
        write(root / TEST / name, mix(clean, noise_like(1, n), 15))
        write(root / TEST / f"clean/clean_fileid_{n}.wav", clean)
    for name in ("mc_realrec_crying_1_macbook_AD5IA.wav", "ms_Fan_A2_MW9.wav.wav"):
        write(root / BLIND / name, noise_like(1, len(name)))
    (root / "datasets/clean/Readme.md").write_text("no sound")
    return root


@pytest.fixture(scope="module")
def data(corpus, tmp_path_factory):
    output_dir = tmp_path_factory.mktemp("b") / "data"
    result = run_data("dns", output_dir, corpus_dir=corpus)
    assert result.returncode == 0, result.stderr
    return output_dir


def test_every_set_is_valid(data):
    for name, count in {"train": 16, "valid": 4, "test": 3, "real": 2}.items():
        wav = validate(data / name, with_reference=name != "real", check_audio=True)
        assert len(wav) == count


def test_readers_are_told_apart_by_the_names_of_their_files(data):
    speakers = [
        set(read_scp(data / name / "utt2spk").values()) for name in ("train", "valid")
    ]
    assert speakers[0] | speakers[1] <= {f"{n:05d}" for n in range(4)}
    assert not speakers[0] & speakers[1]


def test_pairs_are_told_by_the_number_at_the_end(corpus, data):
    references = read_scp(data / "test/spk1.scp")
    assert list(references) == ["fileid_158", "fileid_21", "fileid_7"]
    path = corpus / TEST / "clean/clean_fileid_21.wav"
    assert references["fileid_21"] == str(path)


def test_a_doubled_suffix_does_not_become_part_of_an_id(data):
    ids = list(read_scp(data / "real/wav.scp"))
    assert ids == ["mc_realrec_crying_1_macbook_AD5IA", "ms_Fan_A2_MW9"]


def test_a_second_run_makes_nothing(corpus, data):
    before = state(data)
    result = run_data("dns", data, corpus_dir=corpus)
    assert result.stdout.count("already done: ") == 4
    assert state(data) == before


@pytest.mark.parametrize("folder", ["datasets/noise", f"{TEST}/clean", BLIND])
def test_a_missing_folder_is_named_with_the_tree_and_its_source(
    corpus, tmp_path, folder
):
    said = said_without("dns", corpus, folder, tmp_path)
    assert f"broken: expected the folder {folder} in it, found none" in said
    assert "datasets/clean/read_speech/       " in said
    assert "https://github.com/microsoft/DNS-Challenge" in said


def test_pointers_that_git_lfs_left_are_named(corpus, tmp_path):
    broken = shutil.copytree(corpus, tmp_path / "broken")
    (broken / TEST / "clean/clean_fileid_7.wav").write_text(POINTER)
    with pytest.raises(ValueError, match="clean_fileid_7.wav: expected wav"):
        prepare_data("dns", broken, tmp_path / "data")


def test_the_folder_of_the_corpus_has_to_be_given(tmp_path):
    result = run_data("dns", tmp_path / "data")
    assert result.returncode == 2
    assert "--corpus_dir: expected a folder, got none" in result.stderr
    assert "https://github.com/microsoft/DNS-Challenge" in result.stderr
