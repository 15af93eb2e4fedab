"""CSIG, CBAK and COVL against their definition, worked out another way."""

import numpy as np
import pytest
import signals
from scipy.linalg import toeplitz

from sqase.metrics import composite, score

RATE = 16000
SPEECH = signals.speech_like(3, 5)
NOISY = signals.mix(SPEECH, signals.noise_like(3, 5), 40).astype(np.float32)


def frames_of(signal):
    return composite.frames(signal, RATE)


def test_sums_of_the_four_measures():
    names = ["pesq_wb", "csig", "cbak", "covl"]
    given = score(names, reference=SPEECH, enhanced=NOISY, sample_rate=RATE)
    pesq, csig, cbak, covl = (given[name].value for name in names)
    clean, other = frames_of(SPEECH), frames_of(NOISY)

    def mean(values):
        kept = sorted(values)[: round(0.95 * len(values))]
        return sum(kept) / len(kept)

    ratio = mean(composite.log_likelihood_ratio(clean, other))
    slope = mean(composite.weighted_spectral_slope(clean, other, RATE))
    snr = np.mean(composite.segmental_snr(clean, other))
    assert csig == pytest.approx(3.093 - 1.029 * ratio + 0.603 * pesq - 0.009 * slope)
    assert cbak == pytest.approx(1.634 + 0.478 * pesq - 0.007 * slope + 0.063 * snr)
    assert covl == pytest.approx(1.594 + 0.805 * pesq - 0.512 * ratio - 0.007 * slope)


def test_segmental_snr_is_that_of_the_frames_and_limited():
    clean = frames_of(SPEECH)
    snr = composite.segmental_snr(clean, 1.1 * clean)
    loud = np.sum(clean**2, axis=1) > 1e-3
    np.testing.assert_allclose(snr[loud], 20, atol=1e-3)
    assert set(composite.segmental_snr(clean[loud], clean[loud])) == {35}
    assert set(composite.segmental_snr(clean[loud], 99 * clean[loud])) == {-10}


def test_log_likelihood_ratio_is_that_of_the_quadratic_forms():
    clean, other = frames_of(SPEECH), frames_of(NOISY)
    got = composite.log_likelihood_ratio(clean, other)
    for number in (20, 100, 200):
        filters = []
        for frame in (clean[number], other[number]):
            full = np.correlate(frame, frame, "full")
            lags = full[len(frame) - 1 :][:17]
            predictor = np.linalg.solve(toeplitz(lags[:-1]), lags[1:])
            filters.append((np.append(1, -predictor), toeplitz(lags)))
        (own, matrix), (foreign, _) = filters
        wanted = np.log((foreign @ matrix @ foreign) / (own @ matrix @ own))
        assert got[number] == pytest.approx(wanted, rel=1e-3)
    assert np.all(got >= 0)
    np.testing.assert_allclose(composite.log_likelihood_ratio(clean, clean), 0)


def test_the_nearest_peak_is_found_as_by_walking():
    rng = np.random.default_rng(0)
    levels = rng.normal(size=(40, 25))
    slopes = np.diff(levels, axis=1)
    got = composite.nearest_peaks(levels, slopes)
    for row in range(len(levels)):
        for band in range(24):
            here = band
            if slopes[row, band] > 0:
                while here < 24 and slopes[row, here] > 0:
                    here += 1
                assert got[row, band] == levels[row, here - 1]
            else:
                while here >= 0 and slopes[row, here] <= 0:
                    here -= 1
                assert got[row, band] == levels[row, here + 1]


def test_slope_distance_ignores_gain_and_sees_a_tilt():
    clean = frames_of(SPEECH)[50:60]
    same = composite.weighted_spectral_slope(clean, 3 * clean, RATE)
    np.testing.assert_allclose(same, 0, atol=1e-6)
    tilted = frames_of(np.append(SPEECH[0], np.diff(SPEECH)))[50:60]
    assert composite.weighted_spectral_slope(clean, tilted, RATE).min() > 1


@pytest.mark.parametrize("silent", ["reference", "enhanced"])
def test_pauses_of_digital_silence_are_scored(silent):
    pair = {"reference": SPEECH.copy(), "enhanced": NOISY.copy()}
    pair[silent][:16000] = 0
    given = score(["csig", "cbak", "covl"], **pair, sample_rate=RATE)
    assert all(1 <= one.value <= 5 for one in given.values())
