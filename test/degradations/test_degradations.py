"""Each degradation against its interface, and measured for what it says it does."""

from dataclasses import asdict

import numpy as np
import pytest
from signals import speech_like

from sqase.degradations import DEGRADATIONS
from sqase.degradations.band_limit import BandLimit
from sqase.degradations.clipping import Clipping
from sqase.degradations.codec import CODECS, Codec
from sqase.degradations.packet_loss import FADE, PacketLoss
from sqase.degradations.wind import Wind
from sqase.runtime.seeding import rng_for

RATE = 16000
SPEECH = speech_like(3.01, seed=1)


def lag(wave: np.ndarray, original: np.ndarray) -> int:
    """By how many samples a signal is late."""
    size = 2 * len(wave)
    spectra = np.fft.rfft(wave, size) * np.conj(np.fft.rfft(original, size))
    late = int(np.argmax(np.fft.irfft(spectra)))
    return late if late < len(wave) else late - size


def strength(added: np.ndarray, original: np.ndarray) -> float:
    """Of what was added to a signal, dB under it."""
    return 10 * np.log10(np.mean(original**2) / np.mean(added**2))


def apply(drawn, wave=SPEECH, seed=0):
    return drawn.apply(wave, RATE, rng_for("applied", seed))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_interface(name):
    kind = DEGRADATIONS.load(name)
    original = SPEECH.copy()
    changed = 0
    for seed in range(8):
        drawn = kind.draw(rng_for("drawn", seed))
        assert drawn == kind.draw(rng_for("drawn", seed)) and kind(**asdict(drawn))
        assert drawn != kind.draw(rng_for("drawn", seed + 1))
        wave = apply(drawn)
        assert wave.shape == SPEECH.shape and np.isfinite(wave).all()
        changed += not np.array_equal(wave, SPEECH)
        np.testing.assert_array_equal(wave, apply(drawn))
        assert lag(wave, SPEECH) == 0
    assert changed >= 4  # of few packets, at a low rate, none may be lost
    np.testing.assert_array_equal(SPEECH, original)
    silence = apply(drawn, np.zeros(4321, np.float32))
    assert silence.shape == (4321,) and np.abs(silence).max() < 1e-3


@pytest.mark.parametrize(
    "name, key",
    [(name, key) for name in DEGRADATIONS for key in DEGRADATIONS.load(name).possible],
)
def test_what_is_drawn_is_within_the_limits_given(name, key):
    kind = DEGRADATIONS.load(name)
    low, high = kind.possible[key]
    middle = (low + high) / 2
    for limits in ((low, middle), (middle, middle), (middle, high)):
        draws = (kind.draw(rng_for("drawn", n), **{key: limits}) for n in range(8))
        found = [value for drawn in draws if (value := getattr(drawn, key)) is not None]
        assert all(limits[0] - 1e-9 <= value <= limits[1] + 1e-9 for value in found)
        expected = 1 if limits[0] == limits[1] else len(found)
        assert len(found) > 1 and len({round(value, 9) for value in found}) == expected


@pytest.mark.parametrize("clipped", [0.01, 0.2])
def test_the_share_of_clipped_samples_is_as_drawn(clipped):
    wave = apply(Clipping(clipped))
    at_limit = np.abs(wave) >= np.abs(wave).max() - 1e-7
    assert np.mean(at_limit) == pytest.approx(clipped, abs=1e-3)
    np.testing.assert_array_equal(wave[~at_limit], SPEECH[~at_limit])


def test_the_band_ends_at_the_drawn_edges():
    impulse = np.zeros(RATE)
    impulse[RATE // 2] = 1
    for limit in (BandLimit(3400, 300), BandLimit(2000, None)):
        gain_db = 20 * np.log10(np.abs(np.fft.rfft(apply(limit, impulse))) + 1e-9)
        edges = [limit.upper_hz] + ([limit.lower_hz] if limit.lower_hz else [])
        assert gain_db[edges] == pytest.approx(-6, abs=0.1)
        assert gain_db[1000] == pytest.approx(0, abs=0.1)
        assert gain_db[round(1.5 * limit.upper_hz)] < -25
        assert (gain_db[100] < -25) == (limit.lower_hz is not None)


@pytest.mark.parametrize("name", CODECS)
def test_each_codec_damages_and_keeps_time(name):
    _, _, low, high = CODECS[name]
    left = []
    for compression in (low, high):
        wave = apply(Codec(name, compression))
        assert lag(wave, SPEECH) == 0
        left.append(strength(wave - SPEECH, SPEECH))
    assert -1 < left[1] < left[0] < 30


def test_packets_are_lost_at_the_drawn_rate_and_in_bursts():
    packets = apply(PacketLoss(0.1, 3, False), np.ones(320 * 40000)).reshape(-1, 320)
    assert set(packets.mean(axis=1)) == {0.0, 1.0}  # whole packets
    lost = packets[:, 0] == 0
    assert np.mean(lost) == pytest.approx(0.1, abs=0.01)
    bursts = np.sum(lost[1:] & ~lost[:-1])
    assert np.sum(lost) / bursts == pytest.approx(3, abs=0.25)


def test_a_repeated_packet_fades():
    packets = apply(PacketLoss(0.1, 3, True), np.ones(320 * 100)).reshape(-1, 320)
    levels = packets[:, 0]
    assert 1 - levels.min() > 0.4 and levels.min() > 0
    for before, level in zip(levels, levels[1:]):
        assert level in (1, pytest.approx(FADE * before))


def test_wind_is_low_and_as_strong_as_drawn():
    wind = apply(Wind(snr_db=-5, gustiness=0.3, corner_hz=100)) - SPEECH
    assert strength(wind, SPEECH) == pytest.approx(-5, abs=0.01)
    power = np.abs(np.fft.rfft(wind, RATE * 3)) ** 2  # bins of 1/3 Hz
    assert power[: 3 * 500].sum() > 0.6 * power.sum()
    assert power[: 3 * 10].sum() < 0.05 * power.sum()
    octave = [power[3 * low : 6 * low].mean() for low in (1000, 2000)]
    assert 10 * np.log10(octave[0] / octave[1]) == pytest.approx(5, abs=0.7)


def test_wind_comes_in_gusts():
    spreads = []
    for gustiness in (0.0, 0.2, 0.5):
        wind = apply(Wind(0, gustiness, 100), np.tile(SPEECH, 3)) - np.tile(SPEECH, 3)
        levels = np.std(wind[: len(wind) // 3200 * 3200].reshape(-1, 3200), axis=1)
        spreads.append(np.std(np.log(levels)))
    assert spreads[0] < 0.35 and spreads[0] + 0.1 < spreads[1] < spreads[2] - 0.1


def test_an_unknown_degradation_is_named():
    with pytest.raises(ValueError, match="unknown degradation.*did you mean clipping"):
        DEGRADATIONS.load("cliping")
