"""SRMR: speech-to-reverberation modulation energy ratio, without a reference.

T. Falk, C. Zheng and W.-Y. Chan, "A non-intrusive quality and intelligibility measure
of reverberant and dereverberated speech", IEEE TASLP 18(7), 2010: how much of the
energy of envelopes is modulated as slowly as speech is. Without the normalisation of
later versions.

Slow syllables score high; noise, whose envelope is fast, lowers the score.

>>> from sqase.metrics.worked import show
>>> show("srmr")
                        srmr
equal                  22.38
twice as loud          22.38
offset by 0.01         22.38
one sample late        22.38
noise at 10 dB         11.99
half the noise         19.47
silence                    -
"""

import functools

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import gammatone, hilbert, lfilter

from sqase.metrics.base import Metric

CHANNELS = 23
LOWEST_HZ = 125.0
MODULATIONS_HZ = np.geomspace(4, 128, 8)
MODULATION_Q = 2.0
SLOW = 4  # modulations that are those of speech
FRAME_S, HOP_S = 0.256, 0.064
ENERGY_SHARE = 0.9  # of the channels that bound the bandwidth


def _srmr(reference: None, enhanced: np.ndarray, rate: int) -> dict:
    energy = _modulation_energy(enhanced.astype(np.float64), rate)
    fast = energy[:, SLOW : _modulations_heard(energy, rate)]
    return {"srmr": np.sum(energy[:, :SLOW]) / np.sum(fast)}


def _modulation_energy(signal: np.ndarray, rate: int) -> np.ndarray:
    """Mean energy over frames, (CHANNELS, modulations), high channels first."""
    frame, hop = int(np.ceil(FRAME_S * rate)), int(np.ceil(HOP_S * rate))
    window = np.square(np.hamming(frame + 1)[:-1])
    energy = np.empty((CHANNELS, len(MODULATIONS_HZ)))
    for channel, hz in enumerate(centres_hz(rate)):
        band = lfilter(*gammatone(hz, "iir", fs=rate), signal)
        size = next_fast_len(len(band))
        envelope = np.abs(hilbert(band, size)[: len(band)])
        for number, coefficients in enumerate(modulation_filters(rate)):
            power = np.square(lfilter(*coefficients, envelope))
            frames = np.lib.stride_tricks.sliding_window_view(power, frame)[::hop]
            energy[channel, number] = np.mean(frames @ window)
    return energy


def _modulations_heard(energy: np.ndarray, rate: int) -> int:
    """How many modulations, 5 to 8, lie below the bandwidth of the loud channels."""
    from_low = np.cumsum(np.sum(energy, axis=1)[::-1])
    last = np.argmax(from_low > ENERGY_SHARE * from_low[-1])
    bandwidth_hz = centres_hz(rate)[::-1][last] / 9.26449 + 24.7
    cutoffs = lower_cutoffs_hz(rate)
    return max(SLOW + 1, int(np.sum(cutoffs < bandwidth_hz)))


@functools.cache
def centres_hz(rate: int) -> np.ndarray:
    """Even in equivalent rectangular bandwidths, falling; the first below rate / 2."""
    offset = 9.26449 * 24.7
    steps = np.arange(1, CHANNELS + 1) / CHANNELS
    ratio = np.log((LOWEST_HZ + offset) / (rate / 2 + offset))
    return -offset + (rate / 2 + offset) * np.exp(steps * ratio)


@functools.cache
def modulation_filters(rate: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Band-pass filters of second order."""
    filters = []
    for hz in MODULATIONS_HZ:
        warped = np.tan(np.pi * hz / rate)
        gain = warped / MODULATION_Q
        filters.append(
            (
                np.array([gain, 0, -gain]),
                np.array(
                    [1 + gain + warped**2, 2 * warped**2 - 2, 1 - gain + warped**2]
                ),
            )
        )
    return filters


@functools.cache
def lower_cutoffs_hz(rate: int) -> np.ndarray:
    warped = np.tan(np.pi * MODULATIONS_HZ / rate)
    return MODULATIONS_HZ - warped / MODULATION_Q * rate / (2 * np.pi)


SRMR = Metric(
    name="srmr",
    kind="non_intrusive",
    direction="higher",
    low=0.0,
    high=50.0,
    unit="",
    package="sqase",
    compute=_srmr,
    notes="Falk et al. 2010, 23 channels from 125 Hz, 8 modulations of 4 to 128 Hz",
)
