"""What the log-mel front end is told of a second signal, against the metrics."""

import numpy as np
import pytest
import signals
import torch

from sqase.backbones.logmel import LogMel
from sqase.metrics import score


@pytest.mark.parametrize("snr", [0, 10])
def test_the_whole_clip_is_told_si_snr_and_nearly_sdr(snr):
    reference = signals.speech_like(2, 1)
    echo = np.convolve(reference, [1, 0, 0, 0, 0.6])[: len(reference)]
    enhanced = signals.mix(echo, signals.noise_like(2, 1), snr)
    model = LogMel()
    told = []
    model.ratios.register_forward_hook(lambda _, given, __: told.extend(given[0]))
    waves = [torch.tensor(x)[None] for x in (enhanced, reference.astype(np.float32))]
    model(*waves, torch.tensor([True]), torch.tensor([len(reference)]))
    true = score(
        ["si_snr", "sdr"], reference=reference, enhanced=enhanced, sample_rate=16000
    )
    assert 10 * told[0][0].item() == pytest.approx(true["si_snr"].value, abs=0.1)
    assert 10 * told[0][1].item() == pytest.approx(true["sdr"].value, abs=1.0)
    assert true["sdr"].value - true["si_snr"].value > 1.5
