"""SI-SNR against answers known by construction."""

import numpy as np
import pytest
import signals

from sqase.metrics import score

SPEECH = signals.speech_like(2, 5).astype(np.float64)
NOISE = signals.noise_like(2, 5).astype(np.float64)


def si_snr(reference, enhanced):
    (given,) = score(
        ["si_snr"], reference=reference, enhanced=enhanced, sample_rate=16000
    ).values()
    return given.value


@pytest.mark.parametrize("snr", [-12.5, 0, 7, 30])
def test_orthogonal_noise_gives_its_ratio(snr):
    clean = SPEECH - SPEECH.mean()
    noise = NOISE - NOISE.mean()
    noise -= clean * (clean @ noise) / (clean @ clean)
    noise *= np.linalg.norm(clean) / np.linalg.norm(noise) * 10 ** (-snr / 20)
    for enhanced in (clean + noise, 0.1 * (clean + noise), clean + noise + 0.05):
        assert si_snr(SPEECH, enhanced) == pytest.approx(snr, abs=1e-6)


def test_equals_the_angle_between_the_signals():
    """cos^2 / sin^2, another way to write the same definition."""
    cosine = np.corrcoef(SPEECH, SPEECH + NOISE)[0, 1]
    expected = 10 * np.log10(cosine**2 / (1 - cosine**2))
    assert si_snr(SPEECH, SPEECH + NOISE) == pytest.approx(expected, abs=1e-6)


def test_equals_the_package_that_espnet_scores_with():
    import fast_bss_eval

    expected = -fast_bss_eval.si_sdr_loss(
        est=(SPEECH + NOISE)[None], ref=SPEECH[None], zero_mean=True
    )
    assert si_snr(SPEECH, SPEECH + NOISE) == pytest.approx(expected.item(), abs=1e-3)


def test_one_sample_of_delay_matters():
    assert si_snr(SPEECH, np.roll(SPEECH, 1)) < 20
