"""What the log-mel front end is told of a second signal, against the metrics."""

import numpy as np
import pytest
import signals
import torch

from sqase.backbones.logmel import LogMel
from sqase.metrics import score


def told(enhanced, reference):
    """The three numbers, of signals (time,)."""
    model, seen = LogMel(), []
    model.ratios.register_forward_hook(lambda _, given, __: seen.extend(given[0]))
    waves = (torch.tensor(x, dtype=torch.float32)[None] for x in (enhanced, reference))
    model(*waves, torch.tensor([True]), torch.tensor([len(reference)]))
    return seen[0].tolist()


@pytest.mark.parametrize("snr", [0, 10])
def test_the_whole_clip_is_told_si_snr_and_nearly_sdr(snr):
    reference = signals.speech_like(2, 1)
    echo = np.convolve(reference, [1, 0, 0, 0, 0.6])[: len(reference)]
    enhanced = signals.mix(echo, signals.noise_like(2, 1), snr)
    si_snr, sdr, _ = told(enhanced, reference)
    true = score(
        ["si_snr", "sdr"], reference=reference, enhanced=enhanced, sample_rate=16000
    )
    assert 10 * si_snr == pytest.approx(true["si_snr"].value, abs=0.1)
    assert 10 * sdr == pytest.approx(true["sdr"].value, abs=1.0)
    assert true["sdr"].value - true["si_snr"].value > 1.5


def test_the_whole_clip_is_told_nearly_estoi():
    pairs = []
    for seed in range(3):
        reference = signals.speech_like(3, seed)
        for snr in (-5, 0, 5, 10, 20):
            enhanced = signals.mix(reference, signals.noise_like(3, seed), snr)
            true = score(
                ["estoi"], reference=reference, enhanced=enhanced, sample_rate=16000
            )
            pairs.append((told(enhanced, reference)[2], true["estoi"].value))
    assert np.corrcoef(np.transpose(pairs))[0, 1] > 0.95
