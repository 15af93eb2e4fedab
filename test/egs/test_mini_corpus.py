"""The embedded corpus: made by the recipe's own script, the same every time."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sqase.sound import audio

RECIPE = Path(__file__).parents[2] / "egs/mini"
SETS = ["train", "valid", "test", "train_real", "test_noref"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    output_dir = tmp_path_factory.mktemp("mini") / "my data"
    run(output_dir)
    return output_dir


def run(output_dir):
    """Run the script of stage 1; returns what it says."""
    command = ["local/data.sh", "--size", "smoke", "--output_dir", str(output_dir)]
    command += ["--python", sys.executable]
    done = subprocess.run(command, cwd=RECIPE, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture
def local(monkeypatch):
    """The modules beside the recipe's script."""
    monkeypatch.syspath_prepend(RECIPE / "local")
    import make_corpus
    import noises
    import voices

    return make_corpus, noises, voices


def test_sets_and_their_references(data):
    files = {name: set(os.listdir(data / name)) for name in SETS}
    for name in ("train", "valid", "test"):
        assert "spk1.scp" in files[name]
    for name in ("train_real", "test_noref"):
        assert "spk1.scp" not in files[name]
    assert "scoring_reference.scp" in files["test_noref"]
    assert "scoring_reference.scp" not in files["train_real"]
    assert not (data / "audio/train_real/reference").exists()


def test_a_second_run_makes_nothing(data):
    times = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    said = run(data)
    assert said.count("already done: ") == 1 + len(SETS)
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == times


def test_there_is_enough_of_everything(data):
    for domain, speakers, kinds in (("main", 24, 15), ("other", 10, 8)):
        folder = data / "corpus" / domain
        assert len(os.listdir(folder / "clean")) >= speakers
        assert len(os.listdir(folder / "noise")) >= kinds
    speech = list((data / "corpus/main/clean").rglob("*.flac"))
    assert sum(audio.duration(path) for path in speech) > 20 * 60
    names = [set(os.listdir(data / "corpus" / d / "clean")) for d in ("main", "other")]
    assert not names[0] & names[1]


def test_voices_are_the_same_in_every_process(local):
    make_corpus, _, _ = local
    (voice,) = make_corpus.voices("main")[:1]
    context = multiprocessing.get_context("fork")
    with context.Pool(1, maxtasksperchild=1) as pool:
        (_, first), (_, again) = pool.map(make_corpus.speak, [voice] * 2, chunksize=1)
    assert len(first) == make_corpus.SENTENCES_PER_VOICE
    for one, other in zip(first, again):
        np.testing.assert_array_equal(one, other)


def test_no_voice_breathes(local):
    # What `breath` adds differs from run to run, for some voices only.
    make_corpus, _, voices = local
    for group in make_corpus.VARIANTS:
        for voice in make_corpus.voices(group):
            path = voices.variant_file(voice)
            assert "breath" not in path.read_text("utf-8").split()


def test_unknown_voices_are_refused(local):
    _, _, voices = local
    for accent, variant in (("en-us", "nobody"), ("xx", "f1")):
        with pytest.raises(ValueError, match="no such voice"):
            voices.say("Hello.", voices.Voice("en", accent, variant), 16000, 1)


def test_each_kind_of_noise_sounds_and_is_its_own(local):
    _, noises, _ = local
    kinds = {**noises.KINDS, **noises.OTHER_KINDS}
    assert len(kinds) == len(noises.KINDS) + len(noises.OTHER_KINDS)
    spectra = {}
    for name, make in kinds.items():
        wave = make(160000, np.random.default_rng(1))
        assert wave.shape == (160000,) and np.isfinite(wave).all() and wave.std() > 0
        assert not np.array_equal(wave, make(160000, np.random.default_rng(2)))
        spectra[name] = np.abs(np.fft.rfft(wave / wave.std()))
    for name, spectrum in spectra.items():
        same = [other for other in spectra if np.array_equal(spectra[other], spectrum)]
        assert same == [name]


def test_pink_noise_falls_by_three_decibels_an_octave(local):
    _, noises, _ = local
    wave = noises.KINDS["pink"](160000, np.random.default_rng(1))
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(160000, 1 / 16000)
    octaves = [power[(hz > f) & (hz < 2 * f)].mean() for f in (250, 500, 1000, 2000)]
    np.testing.assert_allclose(np.diff(10 * np.log10(octaves)), -3, atol=0.5)


def test_a_room_decays_after_its_direct_path(local):
    _, noises, _ = local
    response = noises.room(np.random.default_rng(1))
    assert np.argmax(np.abs(response)) == 0
    quarter = len(response) // 4
    early, late = response[80:quarter], response[-quarter:]
    assert np.mean(early**2) > 1e3 * np.mean(late**2)
