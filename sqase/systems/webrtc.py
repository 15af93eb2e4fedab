"""Noise suppressor of WebRTC's audio processing, by the package webrtc-noise-gain."""

import numpy as np
from scipy import signal

from sqase.sound import audio

RATE = 16000  # Hz, the only one that the package takes
FRAME = 160  # samples, 10 ms
DELAY = 96  # samples, by which its output lags
LEVELS = (1, 2, 3, 4)
HIGH_PASS = signal.butter(2, 100, "highpass", fs=RATE)  # of the package


def webrtc(*, noisy, sample_rate, rng, **_):
    """Suppress noise as a telephone does. Drawn: the level of suppression.

    Aligned with the input: the package's delay is taken out, and the phase of its high
    pass, by the same filter backwards. SI-SNR would take both for noise.
    """
    from webrtc_noise_gain import AudioProcessor

    processor = AudioProcessor(0, int(rng.choice(LEVELS)))  # 0: no gain control
    wave = audio.resample(noisy, sample_rate, RATE)
    padded = np.pad(wave, (0, DELAY + -(len(wave) + DELAY) % FRAME))
    samples = np.round(32767 * np.clip(padded, -1, 1)).astype("<i2")
    frames = (part.tobytes() for part in samples.reshape(-1, FRAME))
    coded = b"".join(processor.Process10ms(frame).audio for frame in frames)
    suppressed = np.frombuffer(coded, "<i2")[DELAY:][: len(wave)] / 32768
    suppressed = signal.lfilter(*HIGH_PASS, suppressed[::-1])[::-1]
    return audio.resample(suppressed, RATE, sample_rate)[: len(noisy)]
