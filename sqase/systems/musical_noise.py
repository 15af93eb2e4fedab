"""Enhanced speech with isolated residues of the noise, as subtraction leaves them."""

from sqase.systems.stft import spectrum, waveform


def musical_noise(*, noisy, enhanced, sample_rate, rng, **_):
    """Let what was removed back in, in single bins of time and frequency.

    Drawn: the share of bins, 1 to 10 %, and their gain, 0 to 12 dB.
    """
    removed = spectrum(noisy - enhanced, sample_rate)
    gain = 10 ** (rng.uniform(0, 12) / 20)
    chosen = rng.random(removed.shape) < rng.uniform(0.01, 0.1)
    return enhanced + waveform(gain * chosen * removed, sample_rate, len(noisy))
