"""Enhanced speech whose weak parts are taken away as well: muffled, chopped."""

import numpy as np

from sqase.systems.stft import spectrum, waveform


def over_suppression(*, noisy, enhanced, sample_rate, rng, **_):
    """Apply the enhancer's own gain once more, to a power.

    Drawn: the exponent of the gain, 0.4 to 2.5.
    """
    spec = spectrum(enhanced, sample_rate)
    mixture = np.abs(spectrum(noisy, sample_rate))
    gain = np.minimum(np.abs(spec) / (mixture + 1e-8), 1.0)
    return waveform(spec * gain ** rng.uniform(0.4, 2.5), sample_rate, len(noisy))
