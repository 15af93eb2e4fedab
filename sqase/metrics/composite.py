"""CSIG, CBAK, COVL: opinions of the signal, the background and the whole.

Y. Hu and P. Loizou, "Evaluation of objective quality measures for speech
enhancement", IEEE TASLP 16(1), 2008, as in the software beside P. Loizou, "Speech
Enhancement: Theory and Practice": sums of PESQ (wide-band, as is usual at 16 kHz),
the log-likelihood ratio of linear predictors, the weighted spectral slope distance of
D. Klatt, ICASSP 1982, and the segmental SNR. Frames are 30 ms, a quarter of that
apart; the worst 5 % of the ratios and of the slope distances are left out.

CBAK alone minds the level: twice as loud, the error is as large as the signal, so the
segmental SNR is 0 dB, and 1.634 + 0.478 x 4.64 (PESQ) = 3.85 is left.

>>> from sqase.metrics.worked import show
>>> show("csig", "cbak", "covl")
                        csig        cbak        covl
equal                   5.00        5.00        5.00
twice as loud           5.00        3.85        5.00
offset by 0.01          5.00        4.57        5.00
one sample late         5.00        4.39        5.00
noise at 10 dB          3.29        2.48        2.34
half the noise          3.76        3.03        2.75
silence                    -           -           -
"""

import functools

import numpy as np
from scipy.linalg import solve_toeplitz

from sqase.metrics.base import Metric
from sqase.metrics.pesq import wide_band

FRAME_S = 0.030
FFT = 1024
LPC_ORDER = 16
KEPT = 0.95
SNR_RANGE_DB = (-10, 35)
QUIET = 1e-10  # energy of a frame or band that counts as nothing

BAND_CENTRES_HZ = np.array(
    [50, 120, 190, 260, 330, 400, 470, 540, 617.372, 703.378, 798.717, 904.128]
    + [1020.38, 1148.30, 1288.72, 1442.54, 1610.70, 1794.16, 1993.93, 2211.08]
    + [2446.71, 2701.97, 2978.04, 3276.17, 3597.63]
)
BAND_WIDTHS_HZ = np.array(
    [70, 70, 70, 70, 70, 70, 70, 77.3724, 86.0056, 95.3398, 105.411, 116.256]
    + [127.914, 140.423, 153.823, 168.154, 183.457, 199.776, 217.153, 235.631]
    + [255.255, 276.072, 298.126, 321.465, 346.136]
)


def _composite(reference: np.ndarray, enhanced: np.ndarray, rate: int) -> dict:
    pesq = wide_band(reference, enhanced, rate)["pesq_wb"]
    clean, other = frames(reference, rate), frames(enhanced, rate)
    ratio = _mean_of_best(log_likelihood_ratio(clean, other))
    slope = _mean_of_best(weighted_spectral_slope(clean, other, rate))
    snr = np.mean(segmental_snr(clean, other))
    return {
        "csig": 3.093 - 1.029 * ratio + 0.603 * pesq - 0.009 * slope,
        "cbak": 1.634 + 0.478 * pesq - 0.007 * slope + 0.063 * snr,
        "covl": 1.594 + 0.805 * pesq - 0.512 * ratio - 0.007 * slope,
    }


def frames(signal: np.ndarray, rate: int) -> np.ndarray:
    """Windowed frames, float64 (frames, samples)."""
    size = round(FRAME_S * rate)
    cut = np.lib.stride_tricks.sliding_window_view(signal, size)[:: size // 4]
    return cut * np.hanning(size + 2)[1:-1]


def _mean_of_best(distances: np.ndarray) -> float:
    return np.mean(np.sort(distances)[: round(KEPT * len(distances))])


def segmental_snr(clean: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Ratio of each frame to its error, dB (frames,), within `SNR_RANGE_DB`."""
    signal, error = np.sum(clean**2, axis=1), np.sum((clean - other) ** 2, axis=1)
    ratio = 10 * np.log10(signal / (error + QUIET) + QUIET)
    return np.clip(ratio, *SNR_RANGE_DB)


def log_likelihood_ratio(clean: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How much worse the other's linear predictor predicts the clean frame, (frames,).

    The logarithm of the two residual energies' ratio; 0 for equal predictors.
    """
    correlation = _autocorrelation(clean)
    residuals = (
        _residual(_prediction_error_filter(one), correlation)
        for one in (_autocorrelation(other), correlation)
    )
    return np.log(np.divide(*residuals))


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    """Lags 0 to `LPC_ORDER`, (frames, lags)."""
    size = frames.shape[1]
    lags = [
        np.sum(frames[:, : size - lag] * frames[:, lag:], axis=1)
        for lag in range(LPC_ORDER + 1)
    ]
    lags[0] = lags[0] + np.finfo(np.float64).eps  # so that silence has a predictor
    return np.stack(lags, axis=1)


def _prediction_error_filter(correlation: np.ndarray) -> np.ndarray:
    """(frames, lags) -> coefficients (frames, LPC_ORDER + 1), the first one 1."""
    predictors = [solve_toeplitz(row[:-1], row[1:]) for row in correlation]
    return np.insert(-np.array(predictors), 0, 1.0, axis=1)


def _residual(filters: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Energy that is left of a signal with this autocorrelation, (frames,)."""
    matrix = correlation[:, np.abs(np.subtract.outer(*2 * [np.arange(LPC_ORDER + 1)]))]
    return np.einsum("fi,fij,fj->f", filters, matrix, filters)


def weighted_spectral_slope(
    clean: np.ndarray, other: np.ndarray, rate: int
) -> np.ndarray:
    """Squared differences of the slopes between bands, dB^2, (frames,).

    Slopes near the loudest and near a local peak of either spectrum weigh the most.
    """
    bands = [_band_levels(frames, rate) for frames in (clean, other)]
    slopes = [np.diff(levels, axis=1) for levels in bands]
    weight = sum(map(_slope_weights, bands, slopes)) / 2
    squares = np.square(slopes[0] - slopes[1])
    return np.sum(weight * squares, axis=1) / np.sum(weight, axis=1)


def _band_levels(frames: np.ndarray, rate: int) -> np.ndarray:
    """dB (frames, bands)."""
    power = np.square(np.abs(np.fft.rfft(frames, FFT)[:, :-1]))
    return 10 * np.log10(np.maximum(power @ _band_filters(rate).T, QUIET))


@functools.cache
def _band_filters(rate: int) -> np.ndarray:
    """Gaussian bands, the wide ones lower, cut at -28 dB; (bands, FFT // 2)."""
    centre = np.floor(BAND_CENTRES_HZ / rate * FFT)[:, None]
    width = (BAND_WIDTHS_HZ / rate * FFT)[:, None]
    filters = np.exp(-11 * np.square((np.arange(FFT // 2) - centre) / width))
    filters *= BAND_WIDTHS_HZ[0] / BAND_WIDTHS_HZ[:, None]
    return np.where(filters > np.exp(-30 / (2 * 2.303)), filters, 0)


def _slope_weights(levels: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """(frames, bands - 1): near 1 close to the spectrum's peaks, small far below."""
    lower = levels[:, :-1]
    below_top = levels.max(axis=1, keepdims=True) - lower
    below_peak = nearest_peaks(levels, slopes) - lower
    return 20 / (20 + below_top) / (1 + below_peak)


def nearest_peaks(levels: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Level at the top of the hill that each slope belongs to, (frames, bands - 1).

    For a rising slope, the band before the top is taken: so does the software that
    all published figures come from.
    """
    rising, lower = slopes > 0, levels[:, :-1]
    ahead, behind = lower.copy(), lower.copy()
    for band in reversed(range(slopes.shape[1] - 1)):
        goes_on = rising[:, band + 1]
        ahead[:, band] = np.where(goes_on, ahead[:, band + 1], lower[:, band])
    for band in range(1, slopes.shape[1]):
        starts = rising[:, band - 1]
        behind[:, band] = np.where(starts, lower[:, band], behind[:, band - 1])
    return np.where(rising, ahead, behind)


def _metric(name: str) -> Metric:
    return Metric(
        name=name,
        kind="intrusive",
        direction="higher",
        low=1.0,
        high=5.0,
        unit="MOS",
        package="pesq",
        compute=_composite,
        notes="Hu and Loizou 2008 with wide-band PESQ",
    )


CSIG = _metric("csig")
CBAK = _metric("cbak")
COVL = _metric("covl")
