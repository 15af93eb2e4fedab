"""Distill-MOS: the package's model, one signal at a time, silent on stdout."""

import numpy as np
import pytest
import signals

from sqase.metrics import score
from sqase.metrics.distill_mos import _model

RATE = 16000


def distill_mos(wave):
    return score(["distill_mos"], enhanced=wave, sample_rate=RATE)["distill_mos"].value


def test_equals_the_package_and_prints_nothing(capfd):
    _model.cache_clear()
    wave = signals.mix(signals.speech_like(9, 2), signals.noise_like(9, 2), 10)
    given = distill_mos(wave)
    assert capfd.readouterr().out == ""

    import torch
    from distillmos import ConvTransformerSQAModel

    with torch.no_grad():
        expected = ConvTransformerSQAModel().eval()(torch.from_numpy(wave)[None])
    assert given == pytest.approx(expected.item(), abs=1e-4)


def test_strong_noise_costs_points():
    speech, noise = signals.speech_like(4, 2), signals.noise_like(4, 2)
    better = distill_mos(signals.mix(speech, noise, 10))
    assert better - distill_mos(signals.mix(speech, noise, -10)) > 0.3


def test_a_view_and_read_only_samples_will_do():
    wave = signals.mix(signals.speech_like(2, 2), signals.noise_like(2, 2), 5)
    strided = np.repeat(wave, 2)[::2]
    strided.flags.writeable = False
    assert distill_mos(strided) == pytest.approx(distill_mos(wave), abs=1e-6)
