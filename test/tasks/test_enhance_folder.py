"""Folders of any sound through the command sqase-enhance."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from corpora import write
from lab import write_enhancer
from signals import noise_like, speech_like
from test_bad_input import spoil

from sqase.bin import sqase_enhance
from sqase.pretrained import ENHANCER
from sqase.sound import audio
from sqase.tasks.enhance import SELECTED, Enhancer
from sqase.tasks.enhance_folder import enhance_file
from sqase.tasks.export import export


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_enhancer(tmp_path_factory.mktemp("enhancer") / "model é")


@pytest.fixture(scope="module")
def enhancer(model):
    return Enhancer(model)


@pytest.fixture
def folder(tmp_path):
    """Sound of several kinds in folders."""
    wave = speech_like(3, 1)
    write(tmp_path / "in/a b/one.wav", wave)
    write(tmp_path / "in/a b/two.flac", speech_like(2, 2, 44100), 44100)
    two = np.stack([noise_like(1, 3, 48000), 0.1 * noise_like(1, 4, 48000)], 1)
    write(tmp_path / "in/ü.flac", two, 48000, subtype="PCM_24")
    return tmp_path / "in"


def run(model, output_dir, *inputs):
    arguments = [*inputs, "-o", output_dir, "--model", model]
    sqase_enhance.main([str(argument) for argument in arguments])


def names(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("[!.]*")
        if path.is_file()
    }


def long_file(path: Path, seconds: float, sample_rate: int = 16000) -> Path:
    """Speech in noise whose level falls tenfold in the middle."""
    wave = speech_like(seconds, 5, sample_rate) + noise_like(seconds, 6, sample_rate)
    return write(path, wave * np.linspace(0.5, 0.05, len(wave)), sample_rate)


@pytest.mark.parametrize("trained", [False, True])
def test_parts_of_a_file_make_the_same_sound_as_the_whole(enhancer, tmp_path, trained):
    if trained:
        enhancer = Enhancer(ENHANCER)
    source = long_file(tmp_path / "in.wav", 30)
    enhance_file(enhancer, source, tmp_path / "parts.wav")
    noisy, parts = (audio.read(tmp_path / f"{n}.wav")[0] for n in ("in", "parts"))
    whole = enhancer(noisy)
    assert len(parts) == len(whole) and np.abs(whole - noisy).max() > 0.1
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def test_a_file_of_one_window_is_heard_whole(enhancer, folder, tmp_path):
    source = folder / "a b/one.wav"
    enhance_file(enhancer, source, tmp_path / "out.wav")
    expected = enhancer(audio.read(source)[0])
    found = audio.read(tmp_path / "out.wav")[0]
    np.testing.assert_allclose(found, expected, atol=1 / 32768)


def test_everything_of_the_inputs_stays_but_the_noise(
    model, enhancer, folder, tmp_path
):
    run(model, tmp_path / "out", folder)
    assert names(tmp_path / "out") == names(folder)
    for name in names(folder):
        facts = [soundfile.info(place / name) for place in (folder, tmp_path / "out")]
        for fact in ("samplerate", "channels", "format", "subtype", "frames"):
            assert getattr(facts[0], fact) == getattr(facts[1], fact), (name, fact)
    (noisy, rate), (found, _) = (
        soundfile.read(place / "ü.flac", dtype="float32")
        for place in (folder, tmp_path / "out")
    )
    for channel in (0, 1):  # each by itself, at its own level
        low = enhancer(audio.resample(noisy[:, channel], rate, 16000))
        expected = audio.resample(low, 16000, rate)
        np.testing.assert_allclose(found[:, channel], expected, atol=1e-5)


def test_an_exported_model_makes_the_same_sound(model, enhancer, folder, tmp_path):
    export(model, tmp_path / "exported")
    wave = audio.read(folder / "a b/one.wav")[0]
    np.testing.assert_array_equal(Enhancer(tmp_path / "exported")(wave), enhancer(wave))


@pytest.mark.parametrize("frames", [1, 50, 400])
def test_very_short_and_silent_files_are_enhanced(enhancer, tmp_path, frames):
    for wave in (np.zeros(frames), noise_like(1, 1)[:frames]):
        source = write(tmp_path / "a.wav", wave)
        enhance_file(enhancer, source, tmp_path / "out.wav")
        found = soundfile.read(tmp_path / "out.wav")[0]
        assert len(found) == frames and np.std(found) <= np.std(wave) + 1e-4


def peak_memory() -> int:
    """Bytes that this process had at most since the peak was last forgotten."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def test_memory_does_not_grow_with_length(enhancer, tmp_path):
    peaks = []
    for minutes in (1, 1, 5):  # the first takes what is kept
        wave = np.tile(noise_like(5, 7, 48000)[:, None], (12 * minutes, 2))
        source = write(tmp_path / "a.wav", wave, 48000)
        size = wave.nbytes
        del wave
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
        enhance_file(enhancer, source, tmp_path / "out.wav")
        peaks.append(peak_memory())
    assert peaks[2] - peaks[1] < size / 4


def test_bad_files_are_skipped_and_the_rest_is_done(model, folder, tmp_path, capsys):
    spoil(folder)
    with pytest.raises(SystemExit, match="sqase-enhance: error: 5 of 10 files skipped"):
        run(model, tmp_path / "out", folder)
    done = {"a b/one.wav", "a b/two.flac", "ü.flac", "silent.wav", "short.wav"}
    assert names(tmp_path / "out") == done
    lines = capsys.readouterr().err.splitlines()
    lines = [line for line in lines if line.startswith("warning: skipped: audio file")]
    for name in ("empty.wav", "text.wav", "movie.m4a", "cut.wav", "nan.wav"):
        assert sum(f"{name}: " in line for line in lines) == 1


def test_it_goes_on_where_it_stopped(model, folder, tmp_path, monkeypatch):
    run(model, tmp_path / "out", folder / "a b/one.wav")
    first = (tmp_path / "out/one.wav").stat().st_mtime_ns
    write(folder / "a b/three.wav", speech_like(1, 8))
    run(model, tmp_path / "out", folder / "a b")
    assert (tmp_path / "out/one.wav").stat().st_mtime_ns == first
    assert names(tmp_path / "out") == {"one.wav", "two.flac", "three.wav"}
    write(folder / "a b/one.wav", speech_like(1, 9))  # newer than its output
    run(model, tmp_path / "out", folder / "a b")
    assert audio.duration(tmp_path / "out/one.wav") == 1.0


def test_outputs_are_no_inputs(model, folder):
    for _ in range(2):
        run(model, folder / "out", folder)
    assert names(folder / "out") == {"a b/one.wav", "a b/two.flac", "ü.flac"}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"model": "nowhere"}, "enhancement model nowhere: expected config.yaml"),
        ({"inputs": ["nowhere.wav"]}, "1 of 1 files skipped"),
        ({"inputs": ["nowhere.scp"]}, "data file nowhere.scp: no such file"),
    ],
)
def test_wrong_arguments_end_with_one_line(model, tmp_path, change, message):
    given = {"model": model, "inputs": ["nowhere.wav"], **change}
    with pytest.raises(
        SystemExit, match=f"sqase-enhance: error: .*{message}"
    ) as caught:
        run(given["model"], tmp_path / "out", *given["inputs"])
    assert "\n" not in str(caught.value)


def test_files_of_others_are_neither_overwritten_nor_taken_for_done(
    model, folder, tmp_path
):
    own = write(tmp_path / "out/one.wav", speech_like(1, 1))
    with pytest.raises(SystemExit, match="one.wav: expected no file there"):
        run(model, own.parent, folder / "a b")
    own.unlink()
    run(model, own.parent, folder / "a b/one.wav")
    other = write_enhancer(tmp_path / "other")
    state = torch.load(other / SELECTED, weights_only=True)
    torch.save({k: 2 * v for k, v in state.items()}, other / SELECTED)
    with pytest.raises(SystemExit, match="out: expected outputs of this model, found"):
        run(other, own.parent, folder / "a b")
