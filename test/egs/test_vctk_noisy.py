"""VoiceBank-DEMAND: stage 1 on a small tree of the official layout."""

import shutil

import pytest
import soundfile
from corpora import write
from recipe import EGS, prepare_data, run_data, said_without, state
from signals import mix, noise_like, speech_like

from sqase.data.data_dir import read_scp, validate
from sqase.fetched.download import read_list
from sqase.sound import audio

RATE = 48000
SPEAKERS = {"train": ["p225", "p226", "p227", "p287"], "test": ["p232", "p257"]}
FOLDERS = {"train": "{}_trainset_28spk_wav", "test": "{}_testset_wav"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Pairs of 48 kHz; one clips when it is resampled; the archives' stray files."""
    root = tmp_path_factory.mktemp("a") / "noisy speech"
    for part, speakers in SPEAKERS.items():
        for speaker in speakers:
            for take in (1, 10):
                seed = 100 * int(speaker[1:]) + take
                clean = speech_like(2.2, seed, RATE)
                noisy = mix(clean, noise_like(2.2, seed, RATE), 5)
                if take == 10:
                    noisy = noisy.clip(-0.3, 0.3) / 0.3
                name = f"{speaker}_{take:03d}.wav"
                write(root / FOLDERS[part].format("clean") / name, clean, RATE)
                write(root / FOLDERS[part].format("noisy") / name, noisy, RATE)
        stray = root / "__MACOSX" / FOLDERS[part].format("noisy") / "._p232_001.wav"
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"no sound")
    return root


@pytest.fixture(scope="module")
def data(corpus, tmp_path_factory):
    output_dir = tmp_path_factory.mktemp("b") / "my data"
    result = run_data("vctk_noisy", output_dir, corpus_dir=corpus)
    assert result.returncode == 0, result.stderr
    assert "expected the 824 utterances that were published" in result.stderr
    return output_dir


def test_speakers_are_divided_as_by_others(data):
    speakers = {
        name: set(read_scp(data / name / "utt2spk").values())
        for name in ("train", "valid", "test")
    }
    assert speakers["train"] == {"p225", "p227"}
    assert speakers["valid"] == {"p226", "p287"}
    assert speakers["test"] == {"p232", "p257"}
    assert list(read_scp(data / "valid/wav.scp")) == [
        f"{speaker}_{take}" for speaker in ("p226", "p287") for take in ("001", "010")
    ]


def test_pairs_are_at_16_khz_and_the_same(corpus, data):
    for name in ("train", "valid", "test"):
        wav = validate(data / name, with_reference=True, check_audio=True)
        references = read_scp(data / name / "spk1.scp")
        part = "test" if name == "test" else "train"
        for utt, path in wav.items():
            pair = [audio.read(path)[0], audio.read(references[utt])[0]]
            originals = [
                soundfile.read(corpus / FOLDERS[part].format(kind) / f"{utt}.wav")[0]
                for kind in ("noisy", "clean")
            ]
            gains = [
                wave.std() / audio.resample(original, RATE, 16000).std()
                for wave, original in zip(pair, originals)
            ]
            assert gains[0] == pytest.approx(gains[1], abs=1e-3)
            assert (gains[0] < 0.95) == utt.endswith("_010")


def test_a_second_run_makes_nothing(corpus, data):
    before = state(data)
    result = run_data("vctk_noisy", data, corpus_dir=corpus)
    assert result.stdout.count("already done: ") == 3
    assert state(data) == before


def test_what_was_converted_before_an_interruption_is_kept(corpus, data, tmp_path):
    copied = shutil.copytree(data, tmp_path / "data")
    shutil.rmtree(copied / "train")
    lost = copied / "audio/train/noisy/p225_001.flac"
    lost.unlink()
    before = state(copied / "audio/valid")
    kept = copied / "audio/train/noisy/p227_001.flac"
    time = kept.stat().st_mtime_ns
    prepare_data("vctk_noisy", corpus, copied)
    assert lost.exists() and kept.stat().st_mtime_ns == time
    assert state(copied / "audio/valid") == before


@pytest.mark.parametrize("folder", ["clean_trainset_28spk_wav", "noisy_testset_wav"])
def test_a_missing_folder_is_named_with_the_tree_and_its_source(
    corpus, tmp_path, folder
):
    said = said_without("vctk_noisy", corpus, folder, tmp_path)
    assert f"broken: expected the folder {folder} in it, found none" in said
    assert "clean_testset_wav/          824" in said
    assert said.count("10.7488/ds/2117") == 1


def test_a_pair_without_its_clean_half_is_named(corpus, tmp_path):
    broken = shutil.copytree(corpus, tmp_path / "broken")
    (broken / "clean_trainset_28spk_wav/p227_010.wav").unlink()
    with pytest.raises(FileNotFoundError, match="p227_010.wav: expected its reference"):
        prepare_data("vctk_noisy", broken, tmp_path / "data")


def test_what_is_fetched_are_the_folders_of_the_corpus():
    files = read_list(EGS / "vctk_noisy/conf/files.txt")
    folders = {file.path.removesuffix(".zip") for file in files}
    assert folders == {
        f.format(k) for f in FOLDERS.values() for k in ("clean", "noisy")
    }
    assert 5.5e9 < sum(file.size for file in files) < 5.7e9
