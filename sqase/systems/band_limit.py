"""A narrower band, as telephones and cheap microphones have it."""

from scipy.signal import butter, sosfiltfilt

from sqase.systems.source import any_source


def band_limit(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Low-pass or band-pass one of the signals, without delay (zero phase).

    Drawn: upper edge 1.5 to 7 kHz (at most 45 % of the rate), and in half of the
    cases a lower edge of 100 to 500 Hz.
    """
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    upper = min(rng.uniform(1500, 7000), 0.45 * sample_rate)
    if rng.integers(2):
        edges, kind = (rng.uniform(100, 500), upper), "bandpass"
    else:
        edges, kind = upper, "lowpass"
    return sosfiltfilt(butter(4, edges, kind, fs=sample_rate, output="sos"), wave)
