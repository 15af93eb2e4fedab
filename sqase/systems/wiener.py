"""Classical enhancement: Wiener filter with decision-directed a-priori SNR.

Y. Ephraim, D. Malah, "Speech enhancement using a minimum mean-square error
short-time spectral amplitude estimator", IEEE Trans. ASSP 32(6), 1984, eq. (51).
"""

import numpy as np

from sqase.systems.stft import spectrum, waveform

SMOOTHING = 0.98  # weight of the previous frame in the a-priori SNR
# Noise is what is there in the quieter part of the frames of each frequency. Its
# power is exponentially distributed: quantile q lies at -log(1 - q) of the mean.
NOISE_QUANTILE = 0.2


def wiener(*, noisy, sample_rate, rng, **_):
    """Suppress the stationary part of the noise.

    Drawn: the lowest gain, -25 to -8 dB, and the over-estimation of the noise,
    0.5 to 1.5.
    """
    floor = 10 ** (rng.uniform(-25, -8) / 20)
    over_estimation = rng.uniform(0.5, 1.5)
    spec = spectrum(noisy, sample_rate)
    power = np.abs(spec) ** 2
    quiet = np.quantile(power, NOISE_QUANTILE, axis=1)
    noise = over_estimation * quiet / -np.log1p(-NOISE_QUANTILE) + 1e-12
    gains = np.empty_like(power)
    speech_power = power[:, 0]  # of the previous frame
    for frame in range(power.shape[1]):
        instantaneous = np.maximum(power[:, frame] / noise - 1, 0)
        snr = SMOOTHING * speech_power / noise + (1 - SMOOTHING) * instantaneous
        gains[:, frame] = np.maximum(snr / (1 + snr), floor)
        speech_power = gains[:, frame] ** 2 * power[:, frame]
    return waveform(gains * spec, sample_rate, len(noisy))
