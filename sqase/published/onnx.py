"""Networks in ONNX files, and the short-time spectrum that two of them work on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.signal import ShortTimeFFT, get_window


def session(path: Path):
    """An `onnxruntime.InferenceSession` that keeps to one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


def zeros(network, names: list[str]) -> list[np.ndarray]:
    """The inputs of a network with these names, all zero: its state before a signal."""
    shapes = {each.name: each.shape for each in network.get_inputs()}
    return [np.zeros(shapes[name], np.float32) for name in names]


def transform(size: int) -> ShortTimeFFT:
    """Windows of `size` samples, the root of a periodic Hann, half overlap."""
    window = np.sqrt(get_window("hann", size))
    return ShortTimeFFT(window, hop=size // 2, fs=1, phase_shift=None)
