"""From folders to data directories, as the recipes do it."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from corpora import write, write_corpus
from signals import speech_like

from sqase.data.data_dir import read_scp, validate
from sqase.data.partition import check_disjoint
from sqase.runtime import config
from sqase.runtime.shards import Shard
from sqase.simulation.build import build
from sqase.simulation.mixing import active_level
from sqase.simulation.settings import check
from sqase.sound import audio

RECIPES = Path(__file__).parents[2] / "egs"
SETS = ["train", "valid", "test", "train_real", "real"]  # and two the other way round


def settings(**changes):
    loaded = config.load(RECIPES / "folders/conf/data.yaml", size="smoke")
    return config.merge(loaded, changes)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("é corpus")
    folders = write_corpus(root)
    build(folders, settings(), root / "data", nj=2)
    return root, folders


def test_every_set_is_there_valid_and_disjoint(built):
    root, _ = built
    for name in SETS:
        wav = validate(root / "data" / name, check_audio=True)
        if name in ("train", "valid", "test", "train_real"):
            assert {audio.duration(path) for path in wav.values()} == {4.0}
    check_disjoint([root / "data" / name for name in SETS])
    sizes = [len(read_scp(root / f"data/{name}/wav.scp")) for name in SETS[:3]]
    assert sizes == [16, 4, 5]
    assert not (root / "data/real/spk1.scp").exists()


def test_mixtures_are_what_their_table_says(built):
    root, _ = built
    with (root / "data/test/mixtures.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["snr_db"]) for row in rows] == [-5, 0, 5, 10, 15]
    for row in rows:
        noisy, reference = (audio.read(row[name])[0] for name in ("noisy", "reference"))
        assert max(np.abs(noisy).max(), np.abs(reference).max()) <= 0.9
        if row["room"] == "dry":
            level = active_level(reference)
            ratio = level - active_level(noisy - reference)
            assert ratio == pytest.approx(float(row["snr_db"]), abs=0.1)
            assert -36 < level < -14


def test_colour_moves_speech_and_noise_apart_and_is_off_unless_asked(built):
    root, folders = built
    coloured, plain = (
        {name: {"count": 3, "colour": colour} for name in ("train", "valid", "test")}
        for colour in (True, False)
    )
    waves = {}
    for data, sets in (("coloured", coloured), ("plain", plain)):
        build(folders, settings(sets=sets), root / data, nj=1)
        waves[data] = {
            part: audio.read(root / f"{data}/audio/test/{part}/test-00000.flac")[0]
            for part in ("noisy", "reference")
        }
        waves[data]["noise"] = waves[data]["noisy"] - waves[data]["reference"]
    ratios = [
        np.abs(np.fft.rfft(waves["coloured"][part]))[800:24000:800]
        / np.abs(np.fft.rfft(waves["plain"][part]))[800:24000:800]
        for part in ("reference", "noise")
    ]
    assert np.std(np.log(ratios[0])) > 0.1 and np.std(np.log(ratios[1])) > 0.1
    assert np.corrcoef(ratios)[0, 1] < 0.9
    unasked = audio.read(root / "data/audio/test/noisy/test-00000.flac")[0]
    np.testing.assert_array_equal(unasked, waves["plain"]["noisy"])


def test_neither_workers_nor_size_change_an_utterance(built):
    root, folders = built
    counts = {name: {"count": 3} for name in ("train", "valid", "test")}
    build(folders, settings(sets=counts), root / "fewer", nj=1)
    for name in ("train", "test"):
        for part in ("noisy", "reference"):
            first, again = (
                (root / data / f"audio/{name}/{part}/{name}-00001.flac").read_bytes()
                for data in ("data", "fewer")
            )
            assert first == again


def test_mixtures_made_in_parts_are_the_same_and_made_once(built):
    root, folders = built
    output = root / "in parts"
    for number in range(4):
        build(folders, settings(), output, nj=1, shard=Shard(number, 3))
        made = list((output / "audio").rglob("*.flac"))
        assert bool(made) == bool(number), "part 0 mixes nothing"
        assert not list(output.glob("*/wav.scp"))
    before = {path: path.stat().st_mtime_ns for path in made}
    build(folders, settings(), output, nj=1)
    assert (
        before.items()
        <= {
            path: path.stat().st_mtime_ns for path in (output / "audio").rglob("*.flac")
        }.items()
    )
    for path in (root / "data").rglob("*"):
        if path.is_file() and path.name != ".done":
            name = path.relative_to(root / "data")
            content = (output / name).read_bytes()
            assert content.replace(b"in parts", b"data") == path.read_bytes(), name
    assert not list(output.glob("parts-*"))


def test_a_finished_set_is_kept_and_a_lost_one_made_again(built, capsys):
    root, folders = built
    path = root / "data/audio/train/noisy/train-00000.flac"
    before, content = path.stat().st_mtime_ns, read_scp(root / "data/test/wav.scp")
    shutil.rmtree(root / "data/test")
    build(folders, settings(), root / "data", nj=1)
    assert path.stat().st_mtime_ns == before
    assert read_scp(root / "data/test/wav.scp") == content
    assert capsys.readouterr().out.count("already done") == 7


def test_data_of_other_settings_are_not_overwritten(built):
    root, folders = built
    with pytest.raises(ValueError, match="train: expected a folder made with these"):
        build(folders, settings(seed=2), root / "data", nj=1)
    fewer = {kind: folders[kind] for kind in ("clean", "noise")}
    with pytest.raises(ValueError, match="found one made with others. Remove it"):
        build(fewer, settings(), root / "data", nj=1)


def test_speakers_may_be_told_by_names_of_files(tmp_path):
    folders = write_corpus(tmp_path, speakers=0)
    for n in range(8):
        name = f"read speech/book_{n}_reader_{n % 4:02d}_{n}.wav"
        write(folders["clean"] / name, speech_like(3, n))
    given = {"clean": folders["clean"], "noise": folders["noise"]}
    build(given, settings(speaker_pattern=r"_reader_(\d+)_"), tmp_path / "data", nj=1)
    speakers = [
        set(read_scp(tmp_path / f"data/{name}/utt2spk").values()) for name in SETS[:3]
    ]
    assert set.union(*speakers) == {"00", "01", "02", "03"}
    assert sum(map(len, speakers)) == 4
    write(folders["clean"] / "read speech/other.wav", speech_like(3, 9))
    with pytest.raises(ValueError, match="other.wav: expected a name that has '_rea"):
        build(given, settings(speaker_pattern=r"_reader_(\d+)_"), tmp_path / "e", nj=1)


def test_too_few_speakers_are_refused(tmp_path):
    folders = write_corpus(tmp_path, speakers=2)
    with pytest.raises(ValueError, match="expected 3 speakers or more.*got 2"):
        build(folders, settings(), tmp_path / "data", nj=1)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*/conf/data*.yaml")), ids=str)
@pytest.mark.parametrize("size", config.SIZES)
def test_the_configurations_of_all_recipes_are_accepted(path, size):
    check(config.load(path, size=size))


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            {"reverb_shares": 1},
            "key: .* got 'reverb_shares'. Did you mean reverb_share",
        ),
        ({"sets": {"test": {"part": "tset"}}}, "test: part: .*Did you mean test"),
        (
            {"sets": {"test": {"reference": "no"}}},
            "expected one of kept, withheld, none",
        ),
        ({"sets": {"test": {"snr_range_db": [0, 1]}}}, "snr_grid_db, snr_range_db"),
        ({"sets": {"extra": {"part": "test"}}}, "got none for count, reference"),
        (
            {"real": {"sets": {"real": {"part": "valid"}}}},
            "expected one of train, test",
        ),
        ({"real": {"sets": {"real": {"count": 0}}}}, "real: real: count: expected 1 or"),
    ],
)
def test_mistakes_in_a_configuration_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        check(settings(**changes))
