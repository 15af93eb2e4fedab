"""Ready sets of a corpus: which files, under which names, and what is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from corpora import write
from signals import noise_like, speech_like

from sqase.bin import prepare_corpus
from sqase.data.data_dir import read_scp
from sqase.ready_sets.files import check_settings
from sqase.ready_sets.prepare import prepare
from sqase.runtime import config
from sqase.simulation.mixing import active_level
from sqase.simulation.pool import Pool
from sqase.sound import audio

RECIPES = Path(__file__).parents[2] / "egs"
SETTINGS = {
    "source": "https://host/corpus",
    "tree": "noisy/  clean/",
    "sets": {
        "test": {
            "folders": {"noisy": "clean"},
            "files": r"(?P<take>.*)_(?P<id>fileid_\d+)\.wav",
            "reference": "clean_{id}.wav",
        }
    },
}


@pytest.fixture
def corpus(tmp_path):
    root = tmp_path / "a corpus"
    for n in range(3):
        write(root / f"noisy/take {n}_snr5_fileid_{n}.wav", noise_like(1, n))
        write(root / f"clean/clean_fileid_{n}.wav", noise_like(1, 10 + n))
    return root


def made(corpus, **changes):
    """The data directory of the set, with changes to its settings."""
    settings = config.merge(SETTINGS, {"sets": {"test": changes}})
    prepare(corpus, settings, corpus.parent / "data", nj=1)
    return corpus.parent / "data/test"


def test_sound_that_fits_is_used_as_it_is(corpus):
    data = made(corpus)
    noisy = read_scp(data / "wav.scp")
    assert noisy["fileid_1"] == str(corpus / "noisy/take 1_snr5_fileid_1.wav")
    reference = read_scp(data / "spk1.scp")
    assert reference["fileid_1"] == str(corpus / "clean/clean_fileid_1.wav")
    assert read_scp(data / "utt2spk")["fileid_1"] == "fileid_1"
    assert not (corpus.parent / "data/audio").exists()


def test_channels_are_averaged(corpus):
    wave = noise_like(1, 10)
    path = corpus / "clean/clean_fileid_0.wav"
    write(path, np.stack([wave, np.zeros_like(wave)], 1))
    reference = read_scp(made(corpus) / "spk1.scp")["fileid_0"]
    np.testing.assert_allclose(audio.read(reference)[0], wave / 2, atol=1e-4)


def test_a_set_of_recordings_has_no_references(corpus):
    files = SETTINGS["sets"]["test"]["files"]
    real = {"folders": ["noisy"], "files": files}
    settings = {**SETTINGS, "sets": {"real": real}}
    prepare(corpus, settings, corpus.parent / "data", nj=1)
    assert len(read_scp(corpus.parent / "data/real/wav.scp")) == 3
    assert not (corpus.parent / "data/real/spk1.scp").exists()


def test_groups_of_the_name_say_which_files_are_taken(corpus):
    second = {"take": ["take 1_snr5"]}
    assert list(read_scp(made(corpus, only=second) / "wav.scp")) == ["fileid_1"]
    shutil.rmtree(corpus.parent / "data")
    others = list(read_scp(made(corpus, other_than=second) / "wav.scp"))
    assert others == ["fileid_0", "fileid_2"]


def test_folders_of_speakers_are_part_of_the_id_and_divided_between_two_sets(corpus):
    for speaker in ("s1", "s2"):
        for folder, seed in (("a", 1), ("b", 11)):
            write(corpus / folder / speaker / "u0.wav", noise_like(1, seed))
    both = {
        "folders": {"a": "b"},
        "files": r"(?P<id>(?P<speaker>s\d+)/u\d+)\.wav",
        "reference": "{id}.wav",
    }
    chosen = {"speaker": ["s2"]}
    sets = {"train": both | {"other_than": chosen}, "valid": both | {"only": chosen}}
    data = corpus.parent / "data"
    prepare(corpus, {**SETTINGS, "sets": sets}, data, nj=1)
    for name, speaker in (("train", "s1"), ("valid", "s2")):
        assert read_scp(data / name / "utt2spk") == {f"{speaker}/u0": speaker}
        for file, folder in (("wav.scp", "a"), ("spk1.scp", "b")):
            expected = {f"{speaker}/u0": str(corpus / folder / speaker / "u0.wav")}
            assert read_scp(data / name / file) == expected


def test_a_list_of_the_corpus_says_which_files_are_taken(corpus):
    write(corpus / "noisy/b_fileid_7.wav", noise_like(1, 7))
    write(corpus / "clean/clean_fileid_7.wav", noise_like(1, 17))
    (corpus / "some.list").write_text("noisy/b_fileid_7.wav noisy/second_channel.wav\n")
    assert list(read_scp(made(corpus, list="some.list") / "wav.scp")) == ["fileid_7"]


def test_a_listed_file_that_is_not_there_is_named(corpus):
    (corpus / "some.list").write_text("noisy/b_fileid_7.wav\n")
    with pytest.raises(FileNotFoundError, match="some.list: .*file noisy/b_fileid_7.w"):
        made(corpus, list="some.list")
    with pytest.raises(FileNotFoundError, match="expected the file other.list in it"):
        made(corpus, list="other.list")


def test_each_folder_of_inputs_has_its_folder_of_references(corpus):
    write(corpus / "more/b_fileid_7.wav", noise_like(1, 7))
    write(corpus / "dry/clean_fileid_7.wav", noise_like(1, 17))
    references = read_scp(made(corpus, folders={"more": "dry"}) / "spk1.scp")
    assert len(references) == 4
    assert references["fileid_7"] == str(corpus / "dry/clean_fileid_7.wav")
    assert references["fileid_0"] == str(corpus / "clean/clean_fileid_0.wav")


def test_a_count_takes_the_same_utterances_each_time(corpus):
    few = set(read_scp(made(corpus, count=2) / "wav.scp"))
    assert len(few) == 2 and few < {"fileid_0", "fileid_1", "fileid_2"}
    assert set(read_scp(made(corpus, count=2) / "wav.scp")) == few


def test_another_number_than_published_is_said(corpus, capsys):
    made(corpus, published=150)
    assert "expected the 150 utterances that were published, found 3" in (
        capsys.readouterr().err
    )


def test_sets_of_other_files_are_not_overwritten(corpus):
    made(corpus)
    write(corpus / "noisy/take 0_snr5_fileid_0.wav", noise_like(1, 5), subtype="FLOAT")
    with pytest.raises(ValueError, match="data/test: expected a folder made with"):
        made(corpus)


@pytest.mark.parametrize(
    "name, message",
    [
        ("noisy/x.wav", r"test: expected files called like .*fileid.*, got x.wav"),
        ("noisy/b_fileid_1.wav", "expected an id of its own, got 'fileid_1' of"),
        ("noisy/b_fileid_7.wav", r"reference .*clean_fileid_7.wav, found none"),
        ("clean/clean_fileid_1.wav", "expected 1.0000 s as in .*, got 2.0000 s"),
    ],
)
def test_files_that_do_not_belong_are_named(corpus, name, message):
    write(corpus / name, noise_like(2, 1))
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        made(corpus)
    assert not (corpus.parent / "data/test/wav.scp").exists()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"refrence": "x"}, "sets: test: key: .*Did you mean reference"),
        (
            {"only": {"take": ["x"]}},
            "test: expected files of take x in noisy, found no",
        ),
        ({"only": {"taek": ["x"]}}, "test: only: key: .*Did you mean take"),
        ({"only": {"take": [1]}}, r"test: only: take: expected a list of .*got \[1\]"),
        ({"only": {"take": "x"}}, "test: only: take: expected a list of .*got 'x'"),
        ({"files": "("}, r"test: files: expected a regular expression, got \(: miss"),
        ({"files": ".*"}, r"test: files: expected a group \(\?P<id>...\), got .*"),
    ],
)
def test_mistakes_in_the_settings_are_named(corpus, changes, message):
    with pytest.raises(ValueError, match=message):
        made(corpus, **changes)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"files": "(?P<id>u.*)"}, "got take 0.*Correct `files` in conf/c.yaml, or"),
        (
            {"files": "(?P<id>take).*", "reference": "clean_fileid_0.wav"},
            "or let the group `id` of `files` in conf/c.yaml",
        ),
        ({"reference": "x"}, "clean/x, found none. Correct `reference` in conf/c.yaml"),
        ({"only": {"take": ["x"]}}, "found none. Correct `only` .* in conf/c.yaml, or"),
        ({"refrence": "x"}, "error: conf/c.yaml: sets: test: key: expected"),
    ],
)
def test_errors_name_the_settings_file(corpus, monkeypatch, changes, message):
    monkeypatch.chdir(corpus.parent)
    Path("conf").mkdir()
    settings = config.merge(SETTINGS, {"sets": {"test": changes}})
    Path("conf/c.yaml").write_text(yaml.safe_dump(settings))
    words = ["--corpus_dir", str(corpus), "--config", "conf/c.yaml"]
    with pytest.raises(SystemExit, match=message):
        prepare_corpus.main([*words, "--output_dir", "data"])


def test_a_reference_needs_a_folder_of_references():
    chosen = SETTINGS["sets"]["test"] | {"folders": ["noisy"]}
    with pytest.raises(ValueError, match="expected folders with .*of their references"):
        check_settings({**SETTINGS, "sets": {"test": chosen}})


def test_pairs_may_be_called_alike_or_as_in_the_dns_challenge(corpus):
    for part in ("noisy", "clean"):
        write(corpus / part / "a b.wav", noise_like(1, 20))
    settings = config.load(RECIPES / "folders/conf/pairs.yaml")
    prepare(corpus, settings, corpus.parent / "data", nj=1)
    reference = read_scp(corpus.parent / "data/pairs/spk1.scp")
    assert reference == {
        "a_b": str(corpus / "clean/a b.wav"),
        **{
            f"take_{n}_snr5_fileid_{n}": str(corpus / f"clean/clean_fileid_{n}.wav")
            for n in range(3)
        },
    }
    (corpus / "clean/a b.wav").unlink()
    with pytest.raises(FileNotFoundError, match="a b.wav: expected its reference .*a b"):
        prepare(corpus, settings, corpus.parent / "again", nj=1)
    write(corpus / "clean/a b.wav", noise_like(1.1, 20))
    with pytest.raises(ValueError, match="expected 1.0000 s as in .*a b.wav, got 1.1"):
        prepare(corpus, settings, corpus.parent / "again", nj=1)


def test_pairs_are_a_pool_of_their_speech_and_their_noise(corpus):
    for n in range(3):
        speech, noise = 0.5 * speech_like(3, n), 0.1 * noise_like(3, 10 + n)
        write(corpus / f"clean/clean_fileid_{n}.wav", speech, subtype="FLOAT")
        write(corpus / f"noisy/take {n}_snr5_fileid_{n}.wav", speech + noise)
    drawing = {"seed": 1, "clip_seconds": 2.0, "level_range_dbfs": [-30, -30]}
    drawing |= {"reverb_share": 0.0, "snr_range_db": [3, 3]}
    noisy, reference = Pool(made(corpus, fresh=drawing) / "pool").mixture("any")
    assert active_level(reference) == pytest.approx(-30, abs=0.01)
    added = noisy - reference
    assert active_level(added) == pytest.approx(-33, abs=0.1)
    noises = [noise_like(3, 10 + n) for n in range(3)]  # steady: any part has its shape
    found = [np.corrcoef(_spectrum(added), _spectrum(noise))[0, 1] for noise in noises]
    assert max(found) > 0.9


def _spectrum(wave):
    frames = wave[: len(wave) // 400 * 400].reshape(-1, 400)
    return np.log(np.square(np.abs(np.fft.rfft(frames))).mean(0))
