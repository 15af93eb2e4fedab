"""A mixture has the level, the ratio and the alignment that it was asked for."""

from pathlib import Path

import numpy as np
import pytest
from corpora import write
from signals import noise_like, speech_like

from sqase.runtime.seeding import rng_for
from sqase.simulation import mixing
from sqase.simulation.sources import group, scan


def source_of(folder: Path, *waves: np.ndarray):
    """One speaker with these recordings."""
    for number, wave in enumerate(waves):
        write(folder / f"{number}.wav", wave)
    (source,) = group(folder.parent, scan(folder)[0], depth=1)
    return source


def test_pauses_do_not_change_the_active_level():
    speech = speech_like(2, 1)
    paused = np.concatenate([speech, np.zeros(32000, np.float32)])
    assert mixing.active_level(paused) == pytest.approx(mixing.active_level(speech))
    tone = 0.5 * np.sin(np.arange(16000) * 0.1)
    assert mixing.active_level(tone) == pytest.approx(-9.03, abs=0.05)
    assert mixing.active_level(np.zeros(16000)) == -np.inf


@pytest.mark.parametrize("snr_db", [-5, 10])
def test_noise_is_added_at_its_ratio_and_level(snr_db):
    speech, noise = speech_like(4, 1), noise_like(4, 2)
    noisy, reference = mixing.add_noise(
        speech, speech, noise, snr_db=snr_db, level_dbfs=-30
    )
    assert mixing.active_level(reference) == pytest.approx(-30, abs=0.01)
    added = mixing.active_level(noisy - reference)
    assert mixing.active_level(reference) - added == pytest.approx(snr_db, abs=0.05)


def test_a_loud_mixture_is_scaled_and_keeps_its_ratio():
    speech, noise = speech_like(4, 1), noise_like(4, 2)
    noisy, reference = mixing.add_noise(speech, speech, noise, snr_db=-5, level_dbfs=-6)
    assert np.abs(noisy).max() == pytest.approx(mixing.MAX_PEAK)
    added = mixing.active_level(noisy - reference)
    assert mixing.active_level(reference) - added == pytest.approx(-5, abs=0.05)


def test_reverberant_speech_and_its_reference_are_in_time():
    speech = speech_like(2, 1)
    response = np.zeros(12000)
    response[700] = 0.5  # the direct path comes late
    response[700 + 2000] = 0.25  # 125 ms later: not early
    reverberant, early = mixing.reverberate(speech, response)
    late = 40  # samples, 2.5 ms
    np.testing.assert_allclose(early[late:], speech[:-late], atol=1e-5)
    echo = (reverberant - early)[late + 2000 :]
    np.testing.assert_allclose(echo, 0.5 * speech[: len(echo)], atol=1e-5)


def test_a_colour_is_mild_stable_and_the_same_for_the_same_generator():
    impulse = np.zeros(16000, np.float32)
    impulse[0] = 1
    spreads = []
    for number in range(200):
        response = mixing.colour(impulse, rng_for(f"{number}", 1))
        assert np.abs(response[1000:]).max() < 1e-6
        spectrum_db = 20 * np.log10(np.abs(np.fft.rfft(response)))
        spreads.append(np.ptp(spectrum_db))
    assert 6 < np.median(spreads) < 10 and max(spreads) < 25
    again = mixing.colour(impulse, rng_for("199", 1))
    np.testing.assert_array_equal(again, response)


def test_short_recordings_are_joined_until_the_clip_is_full(tmp_path):
    source = source_of(tmp_path / "s", speech_like(1, 1), speech_like(1.5, 2))
    wave, used = mixing.fill(source, 4.0, rng_for("u", 1), min_active=0)
    assert len(wave) == 64000 and mixing.active_level(wave[-16000:]) > -60
    assert {source.id_of(recording) for recording in used} == {"s/0.wav", "s/1.wav"}


def test_a_clip_is_the_same_for_the_same_generator_alone(tmp_path):
    source = source_of(tmp_path / "s", speech_like(9, 1), speech_like(9, 2))
    first, again, other = (
        mixing.fill(source, 2.0, rng_for(utt, 1), min_active=0)[0] for utt in "aab"
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_clip_of_pause_is_drawn_again(tmp_path):
    pause = 1e-4 * noise_like(12, 1)
    source = source_of(tmp_path / "s", np.concatenate([speech_like(6, 1), pause]))
    for number in range(10):
        wave, _ = mixing.fill(source, 2.0, rng_for(f"{number}", 1), min_active=0.4)
        assert mixing.active_level(wave) > -30


def test_a_source_of_silence_is_named(tmp_path):
    click = np.zeros(16000 * 60, np.float32)
    click[0] = 0.5
    source = source_of(tmp_path / "s", click)
    with pytest.raises(ValueError, match="s: expected sound, got ten draws of silence"):
        mixing.fill(source, 0.5, rng_for("u", 1), min_active=0.4)
