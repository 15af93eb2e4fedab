"""RNNoise: a small recurrent network for gains of bands and a pitch filter.

J.-M. Valin, "A Hybrid DSP/Deep Learning Approach to Real-Time Full-Band Speech
Enhancement", MMSP 2018; the weights are those of version 0.2 of 2024, inside the
library. Xiph.Org, github.com/xiph/rnnoise, BSD licence.
"""

import ctypes

import numpy as np

from sqase.published.base import System
from sqase.published.wheel import Wheel

SCALE = 32768  # full scale of the library


class RNNoise(System):
    """Runs frame by frame at 48 kHz."""

    wheel = Wheel(
        "pyrnnoise",
        {
            "pyrnnoise/librnnoise.so": "de5120abce147a72ba343296744ae7cc0a97298e19307c7"
            "d3f01cce8c34b18ff",
        },
    )
    parameters = 2_884_769
    rate = 48000
    hop = 480
    delay = 960

    def load(self, library):
        self.library = ctypes.CDLL(str(library))
        self.library.rnnoise_create.restype = ctypes.c_void_p

    def enhance(self, noisy):
        frames = SCALE * noisy.reshape(-1, self.hop)
        state = ctypes.c_void_p(self.library.rnnoise_create(None))
        for frame in frames:
            pointer = ctypes.c_void_p(frame.ctypes.data)
            self.library.rnnoise_process_frame(state, pointer, pointer)
        self.library.rnnoise_destroy(state)
        return frames.ravel() / SCALE
