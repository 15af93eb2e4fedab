"""SDR against its definition and the packages that others score with."""

import numpy as np
import pytest
import signals
from scipy.linalg import lstsq, toeplitz

from sqase.metrics import score

SPEECH = signals.speech_like(2, 5)


def sdr(reference, enhanced):
    (given,) = score(
        ["sdr"], reference=reference, enhanced=enhanced, sample_rate=16000
    ).values()
    return given.value


@pytest.mark.parametrize("snr", [-5, 5, 25])
def test_equals_fast_bss_eval_and_mir_eval(snr):
    """``mir_eval`` is what ESPnet's scoring calls."""
    import fast_bss_eval
    from mir_eval.separation import bss_eval_sources

    pair = (SPEECH, signals.mix(SPEECH, signals.noise_like(2, 5), snr))
    reference, enhanced = (signal[None].astype(np.float64) for signal in pair)
    given = sdr(*pair)
    assert given == pytest.approx(fast_bss_eval.sdr(reference, enhanced)[0], abs=1e-3)
    with pytest.warns(FutureWarning):
        expected = bss_eval_sources(reference, enhanced)[0][0]
    assert given == pytest.approx(expected, abs=1e-3)


def test_equals_least_squares_over_all_filters():
    """The definition itself: the residual of the best filter, signals zero-padded."""
    reference = SPEECH[4000:8000].astype(np.float64)
    enhanced = reference + signals.noise_like(0.25, 1)
    delayed = toeplitz(np.append(reference, np.zeros(511)), np.zeros(512))
    padded = np.append(enhanced, np.zeros(511))
    target = delayed @ lstsq(delayed, padded)[0]
    expected = 10 * np.log10(np.sum(target**2) / np.sum((padded - target) ** 2))
    assert sdr(reference, enhanced) == pytest.approx(expected, abs=1e-4)


def test_a_short_filter_does_not_matter_and_a_long_one_does():
    def delayed(by):
        return np.append(np.zeros(by, np.float32), SPEECH[:-by])

    assert sdr(SPEECH, delayed(100)) > 15
    assert sdr(SPEECH, delayed(2000)) < 5
