"""sqase.tasks.preset: what each preset does to an output, and where it is applied."""

import json
import shutil

import numpy as np
import pytest
from lab import write_enhancer
from signals import mix, noise_like, speech_like

from sqase.tasks.adaptation import find_model
from sqase.tasks.enhance import Enhancer, digest_of
from sqase.tasks.enhance_folder import enhance_file
from sqase.tasks.export import export
from sqase.tasks.preset import FILE, PRESETS, Preset
from sqase.sound import audio

RATE = 16000


@pytest.fixture(scope="module")
def signals():
    """A mixture, and speech with a tenth of its noise: 20 dB less where none speaks."""
    speech, noise = 0.1 * speech_like(2, 1), 0.1 * noise_like(2, 1)
    return {"noisy": speech + noise, "enhanced": speech + 0.1 * noise}


def changed(kind, value, signals):
    wave = Preset(kind, value)(**signals, sample_rate=RATE)
    assert wave.dtype == np.float32 and wave.shape == signals["noisy"].shape
    return wave


def test_they_are_twelve_and_each_does_something(signals):
    assert len({preset.name for preset in PRESETS}) == 12
    for preset in PRESETS:
        wave = changed(preset.kind, preset.value, signals)
        assert np.isfinite(wave).all() and not np.allclose(wave, signals["enhanced"])


def test_strengths_that_change_nothing(signals):
    for kind, value in (("blend", 0.0), ("power", 1.0), ("floor", -60.0)):
        wave = changed(kind, value, signals)
        np.testing.assert_allclose(wave, signals["enhanced"], atol=1e-6)


def test_a_blend_holds_so_much_of_the_input(signals):
    wave = changed("blend", 0.25, signals)
    expected = 0.75 * signals["enhanced"] + 0.25 * signals["noisy"]
    np.testing.assert_allclose(wave, expected, atol=1e-7)


@pytest.mark.parametrize(
    "kind, value, gain",
    [("power", 1.5, 0.1**1.5), ("power", 0.6, 0.1**0.6)]
    + [("floor", -12.0, 10 ** (-12 / 20)), ("floor", -30.0, 0.1)],
)
def test_a_gain_of_a_tenth_becomes_another(kind, value, gain):
    noise = 0.1 * noise_like(2, 1)
    wave = changed(kind, value, {"noisy": noise, "enhanced": 0.1 * noise})
    np.testing.assert_allclose(wave, gain * noise, atol=1e-4 * np.abs(noise).max())


def test_silence_stays_finite():
    silence = np.zeros(RATE, np.float32)
    for preset in PRESETS:
        wave = changed(preset.kind, preset.value, dict(noisy=silence, enhanced=silence))
        assert not wave.any()


@pytest.fixture
def models(tmp_path):
    """The same network without and with a preset."""
    plain = write_enhancer(tmp_path / "plain")
    preset = shutil.copytree(plain, tmp_path / "preset")
    (preset / FILE).write_text(json.dumps({"kind": "power", "value": 1.5}))
    return plain, preset


def test_a_model_applies_it_to_all_it_hears_whole_or_in_windows(models, tmp_path):
    noisy = 0.5 * mix(speech_like(27, 1), noise_like(27, 1), 5)  # several windows
    plain, preset = map(Enhancer, models)
    expected = Preset("power", 1.5)(
        noisy=noisy, enhanced=plain(noisy), sample_rate=RATE
    )
    found = preset(noisy)
    assert np.abs(found - plain(noisy)).max() > 1e-2
    np.testing.assert_allclose(found, expected, atol=1e-4)
    audio.write(tmp_path / "long.flac", noisy, RATE)
    enhance_file(preset, tmp_path / "long.flac", tmp_path / "out.flac")
    from_file, _ = audio.read(tmp_path / "out.flac")
    np.testing.assert_allclose(from_file, found.clip(-1, 1), atol=1e-4)


def test_outputs_without_it_are_not_taken_for_its_own(models):
    assert digest_of(models[0]) != digest_of(models[1])


@pytest.mark.parametrize("take", [find_model, lambda m: export(m, m / "exported")])
def test_its_network_is_not_taken_alone(models, take):
    take(models[0])
    with pytest.raises(ValueError, match="preset: expected a network alone, got one"):
        take(models[1])


@pytest.mark.parametrize(
    "content", ['{"kind": "louder", "value": 1}', '{"kind": "floor"}', "[]", "{"]
)
def test_what_is_no_preset_is_refused(models, content):
    (models[1] / FILE).write_text(content)
    with pytest.raises(ValueError, match=f"{FILE}:?.*: expected "):
        Enhancer(models[1])
