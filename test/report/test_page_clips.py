"""Clips to listen to: chosen by rule, at one level, as sound and picture."""

import base64
import io

import numpy as np
import pytest
import soundfile
from PIL import Image
from signals import noise_like, speech_like

from sqase.report.clips import LEVEL, choose, load_clips, matched
from sqase.report.load import load_scored_set

ARMS = ("noisy", "placebo", "refreshed")


def loaded(experiment, name, arms=ARMS):
    folder = experiment.data_dir / name
    metrics = experiment.roles.scored
    return load_scored_set(experiment.expdir, folder, arms, ["1"], metrics)


@pytest.fixture
def gains(experiment):
    """Write scores of which `refreshed` has these gains over the placebo."""

    def write(test_set, values, metric, references="given"):
        utts = experiment.test_set(test_set, len(values), 1, references)
        for arm in ARMS:
            scores = {
                utt: {metric: 2.0 + (gain or 0.0) * (arm == "refreshed")}
                for utt, gain in zip(utts, values)
            }
            for utt, gain in zip(utts, values):
                if gain is None and arm == "refreshed":
                    scores[utt] = {metric: None}
            experiment.scores(arm, test_set, scores)

    return write


def test_best_median_and_worst_gain_then_random_ones(experiment, gains):
    gains("test", [0.1, None, -0.3, 0.2, 0.0, 0.5, 0.3], "pesq_wb")
    chosen = choose(loaded(experiment, "test"))
    first, rest = list(chosen.items())[:3], list(chosen.items())[3:]
    assert first == [
        (5, "largest gain, refreshed - placebo in pesq_wb: +0.500"),
        (3, "median gain, refreshed - placebo in pesq_wb: +0.200"),
        (2, "smallest gain, refreshed - placebo in pesq_wb: -0.300"),
    ]
    assert [why for _, why in rest] == ["random"] * 2
    assert chosen == choose(loaded(experiment, "test"))


def test_without_reference_the_gain_is_that_of_dnsmos(experiment, gains):
    gains("real", [0.1, 0.4, 0.2, 0.3], "dnsmos_ovrl", references="none")
    chosen = choose(loaded(experiment, "real"))
    assert chosen[1] == "largest gain, refreshed - placebo in dnsmos_ovrl: +0.400"
    assert len(chosen) == 4  # there are no more


def test_other_arms_are_compared_if_there_is_no_refreshed(experiment, gains):
    gains("test", [0.1, 0.4, 0.2], "pesq_wb")
    chosen = choose(loaded(experiment, "test", ("noisy",)))
    assert set(chosen.values()) == {"random"} and len(chosen) == 2


def test_one_level_in_the_frames_of_the_reference():
    speech = speech_like(2, 1)
    speech[:16000] = 0.0
    waves = {
        "noisy": speech + noise_like(2, 1),
        "loud": 3.0 * speech,
        "reference": np.append(speech, speech),
    }
    found = matched(waves)
    assert {len(wave) for wave in found.values()} == {32000}
    power = (speech.reshape(-1, 320).astype(float) ** 2).mean(axis=1)
    active = power >= 1e-4 * power.max()
    for wave in found.values():
        frames = wave.reshape(-1, 320)[active]
        assert np.sqrt((frames**2).mean()) == pytest.approx(LEVEL, rel=1e-6)
    np.testing.assert_allclose(found["loud"], found["reference"], atol=1e-7)


def test_a_peak_beyond_full_scale_lowers_all_alike():
    speech = speech_like(2, 1)
    clicking = speech.copy()
    clicking[100] = 1e3 * np.abs(speech).max()
    found = matched({"noisy": speech, "clicking": clicking, "silent": 0 * speech})
    assert np.abs(found["clicking"]).max() == pytest.approx(1.0)
    assert not found["silent"].any()
    apart = matched({"noisy": speech})["noisy"]
    ratio = found["noisy"][speech != 0] / apart[speech != 0]
    assert ratio.std() < 1e-6 and ratio.mean() < 0.9


def test_signals_of_all_arms_that_have_been_enhanced(experiment, gains):
    gains("noref", [0.1, 0.4, 0.2], "pesq_wb", references="withheld")
    experiment.enhanced("refreshed", "noref", snr=20)
    t = loaded(experiment, "noref")
    folder = experiment.data_dir / "noref"
    clip = load_clips(t, folder, experiment.expdir, ["pesq_wb", "estoi"])[0]
    assert (clip["test_set"], clip["id"], clip["seconds"]) == ("noref", "s01-00", 2.0)
    names = [signal["name"] for signal in clip["signals"]]
    assert names == ["noisy", "refreshed", "reference"]
    scores = [signal["scores"] for signal in clip["signals"]]
    assert scores == [{"pesq_wb": 2.0}, {"pesq_wb": pytest.approx(2.4)}, {}]
    for signal in clip["signals"]:
        stream = io.BytesIO(base64.b64decode(signal["sound"]))
        wave, rate = soundfile.read(stream)
        assert (len(wave), rate) == (32000, 16000)
        with Image.open(io.BytesIO(base64.b64decode(signal["picture"]))) as picture:
            assert picture.size == (124, 128)
            shades = np.asarray(picture)
        assert shades.max() > 25 and shades.min() == 0
        assert shades[-20:].mean() > 2 * shades[:20].mean()  # speech: low below
