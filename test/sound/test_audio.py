"""Sound goes in and out unchanged, or not at all."""

import numpy as np
import pytest
from corpora import write
from signals import speech_like

from sqase.sound import audio


def spoilt(folder, kind):
    """A file that is wrong in one way."""
    path = write(folder / "bad file é.wav", speech_like(1, 1))
    content = path.read_bytes()
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("this is no sound\n" * 100)
    elif kind == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "no samples":
        path.write_bytes(content[:40] + bytes(4))
    elif kind == "nan":
        write(path, np.array([0.1, np.nan, 0.2]), subtype="FLOAT")
    elif kind == "missing":
        path.unlink()
    return path


@pytest.mark.parametrize(
    "kind, message",
    [
        ("empty", "expected sound, got an empty file"),
        ("text", "expected wav, flac"),
        ("truncated", "truncated: expected 32000 bytes"),
        ("no samples", "got 0 samples"),
        ("nan", "expected finite samples, got NaN"),
        ("missing", "no such file"),
    ],
)
def test_each_fault_of_a_file_has_its_message(tmp_path, kind, message):
    path = spoilt(tmp_path, kind)
    expected = FileNotFoundError if kind == "missing" else ValueError
    with pytest.raises(expected, match=message) as caught:
        audio.read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_truncated_compressed_sound_is_refused(tmp_path, suffix):
    path = write(tmp_path / f"cut.{suffix}", speech_like(3, 1))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=f"cut.{suffix}: truncated"):
        audio.read(path)


def test_a_wav_of_a_program_that_streams_is_read(tmp_path):
    path = write(tmp_path / "streamed.wav", speech_like(1, 1))
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert len(audio.read(path)[0]) == 16000


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_written_sound_is_read_back_within_one_step(tmp_path, suffix):
    wave = speech_like(1, 2)
    audio.write(tmp_path / f"a{suffix}", wave, 16000)
    back, rate = audio.read(tmp_path / f"a{suffix}")
    assert rate == 16000 and back.dtype == np.float32
    np.testing.assert_allclose(back, wave, atol=1 / 32768)


@pytest.mark.parametrize("old_rate", [8000, 44100, 48000])
def test_resampling_keeps_a_tone_and_its_length(tmp_path, old_rate):
    def tone(rate):
        return 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)

    path = write(tmp_path / "tone.wav", tone(old_rate), old_rate)
    wave, rate = audio.read(path, 16000)
    assert (rate, len(wave)) == (16000, 16000)
    np.testing.assert_allclose(wave[800:-800], tone(16000)[800:-800], atol=1e-3)


def test_channels_are_averaged(tmp_path):
    left, right = speech_like(1, 1), speech_like(1, 2)
    path = write(tmp_path / "stereo.wav", np.stack([left, right], axis=1))
    np.testing.assert_allclose(audio.read(path)[0], (left + right) / 2, atol=1 / 32768)


def test_channels_are_kept_where_they_are_wanted(tmp_path):
    path = tmp_path / "a.flac"
    waves = np.stack([speech_like(1, seed) for seed in range(5)], axis=1)
    audio.write(path, waves, 16000)
    found, rate = audio.read_channels(path)
    assert rate == 16000 and np.abs(found - waves).max() <= 1 / 32768
    np.testing.assert_allclose(audio.read(path)[0], found.mean(axis=1), atol=1e-7)


def test_a_part_is_read_from_where_it_starts(tmp_path):
    wave = speech_like(2, 3)
    path = write(tmp_path / "a.wav", wave, subtype="FLOAT")
    part, _ = audio.read(path, start_s=0.5, seconds=0.25)
    np.testing.assert_array_equal(part, wave[8000:12000])
    assert audio.duration(path) == 2.0


@pytest.mark.parametrize(
    "wave, message",
    [
        (np.array([0.0, 1.1]), "peak of 1.1"),
        (np.array([0.0, np.nan]), "peak of nan"),
        (np.zeros((2, 100)), r"up to 8 channels\), got \(2, 100\)"),
        (np.zeros(0), r"got \(0,\)"),
    ],
)
def test_what_would_be_damaged_is_not_written(tmp_path, wave, message):
    path = tmp_path / "a.wav"
    audio.write(path, speech_like(1, 1), 16000)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        audio.write(path, wave, 16000)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_other_formats_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="expected .wav or .flac, got '.mp3'"):
        audio.write(tmp_path / "a.mp3", speech_like(1, 1), 16000)
