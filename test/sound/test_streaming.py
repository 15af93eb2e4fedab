"""Long sound in blocks: the same samples as in one piece, no seam, no lost tail."""

import numpy as np
import pytest
import soundfile
from corpora import write
from signals import noise_like, speech_like

from sqase.sound import audio, streaming


def cut(wave, sizes=(1, 700, 33, 4096)):
    """A signal (time, channels) in blocks of changing size."""
    start, turn = 0, 0
    while start < len(wave):
        size = sizes[turn % len(sizes)]
        yield wave[start : start + size]
        start, turn = start + size, turn + 1


@pytest.mark.parametrize("rates", [(44100, 16000), (16000, 48000), (8000, 8000)])
def test_resampling_in_blocks_gives_the_same_samples(rates):
    wave = np.stack([noise_like(2, 1), noise_like(2, 2)], axis=1)
    found = np.concatenate(list(streaming.resampled(cut(wave), *rates)))
    for channel in (0, 1):
        whole = audio.resample(wave[:, channel], *rates)
        np.testing.assert_array_equal(found[:, channel], whole)


@pytest.mark.parametrize("frames", [1, 599, 600, 601, 1000, 1001, 5003])
def test_windows_overlap_and_add_to_the_whole(frames):
    wave = noise_like(1, 3)[:frames, None]
    sizes = []

    def process(window):
        sizes.append(len(window))
        return 2 * window

    found = np.concatenate(list(streaming.overlap_add(cut(wave), process, 100)))
    np.testing.assert_allclose(found, 2 * wave, rtol=1e-5)
    assert max(sizes) <= 600 and (len(sizes) == 1) == (frames <= 600)


def test_a_process_with_less_memory_than_the_context_leaves_no_trace():
    def smooth(window):
        kernel = np.ones(181) / 181  # 90 samples to either side
        return np.convolve(window[:, 0], kernel, "same")[:, None]

    wave = noise_like(1, 4)[:, None]
    found = np.concatenate(list(streaming.overlap_add(cut(wave), smooth, 100)))
    np.testing.assert_allclose(found, smooth(wave), atol=1e-6)


def test_where_windows_disagree_there_is_no_step():
    counter = iter(range(100))

    def process(window):
        return np.full_like(window, next(counter))

    wave = np.zeros((20000, 1), np.float32)
    found = np.concatenate(list(streaming.overlap_add([wave], process, 400)))
    assert found.max() > 5 and np.abs(np.diff(found[:, 0])).max() < 0.03


FORMATS = [
    ("a.wav", "WAV", "PCM_16"),
    ("a.wav", "WAV", "PCM_24"),
    ("a.wav", "WAVEX", "PCM_16"),
    ("a.wav", "WAV", "FLOAT"),
    ("a.wav", "WAV", "ULAW"),
    ("a.flac", "FLAC", "PCM_24"),
    ("a.aiff", "AIFF", "PCM_16"),
    ("a.ogg", "OGG", "VORBIS"),
    ("a.opus", "OGG", "OPUS"),
    ("a.mp3", "MP3", "MPEG_LAYER_III"),
]


@pytest.mark.parametrize("name, container, subtype", FORMATS)
def test_a_copy_keeps_format_length_and_sound(tmp_path, name, container, subtype):
    left, right = speech_like(5, 5, 48000), 0.5 * speech_like(5, 6, 48000)
    options = {"format": container, "subtype": subtype}
    source = write(tmp_path / name, np.stack([left, right], 1), 48000, **options)
    copy = tmp_path / "copy" / name
    assert streaming.write_like(source, copy, streaming.blocks(source)) == 0
    facts = [soundfile.info(path) for path in (source, copy)]
    for fact in ("samplerate", "channels", "format", "subtype", "frames"):
        assert getattr(facts[0], fact) == getattr(facts[1], fact), fact
    waves = [soundfile.read(path)[0] for path in (source, copy)]
    assert np.abs(waves[0] - waves[1]).max() < (0.2 if "a.w" not in name else 1e-4)
    assert np.std(waves[0], 0) == pytest.approx(np.std(waves[1], 0), rel=0.02)


def test_integers_are_limited_and_counted_floats_are_kept(tmp_path):
    loud = [np.array([[0.5], [1.5], [-2.0]], np.float32)]
    for subtype, expected in (("PCM_16", 2), ("FLOAT", 0)):
        source = write(tmp_path / "a.wav", np.zeros(3), subtype=subtype)
        copy = tmp_path / "b.wav"
        assert streaming.write_like(source, copy, iter(loud)) == expected
        limited = np.clip(loud[0][:, 0], -1, 1) if expected else loud[0][:, 0]
        np.testing.assert_allclose(soundfile.read(copy)[0], limited, atol=1e-4)


def test_bad_files_are_refused_when_they_are_reached(tmp_path):
    path = write(
        tmp_path / "nan.wav", np.append(np.zeros(100000), np.nan), subtype="FLOAT"
    )
    with pytest.raises(ValueError, match="nan.wav: expected finite samples"):
        list(streaming.blocks(path))
    for name in ("cut.flac", "cut.mp3"):
        path = write(tmp_path / name, speech_like(3, 1))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(ValueError, match=f"{name}: truncated"):
            streaming.write_like(path, tmp_path / f"out.{name}", streaming.blocks(path))
        assert not (tmp_path / f"out.{name}").exists()


@pytest.mark.parametrize("frames", [5, 10, 17])
def test_fitted_has_the_length_asked_for(frames):
    blocks = [np.ones((4, 2), np.float32), np.ones((6, 2), np.float32)]
    found = np.concatenate(list(streaming.fitted(blocks, frames)))
    assert found.shape == (frames, 2) and found.sum() == 2 * min(frames, 10)
