"""What enhancing a file costs, beside a library enhancer on the same file.

Usage: OMP_NUM_THREADS=1 PYTHONPATH=.:test python3 test/bench/enhance.py MODEL [MINUTES]
Enhances a 16 kHz file of noisy speech (5 minutes) with `sqase-enhance`'s model and
windows, and with the spectral gate of noisereduce, in turn. Prints the real-time factor
of each on one core, reading and writing included, and what a second channel and a rate
of 48 kHz add.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from noisereduce import reduce_noise
from signals import mix, noise_like, speech_like

from sqase.sound import audio
from sqase.tasks.enhance import Enhancer
from sqase.tasks.enhance_folder import enhance_file

TURNS = 3
PIECE_S = 20


def noisy_file(path: Path, seconds: float, rate: int, channels: int) -> Path:
    """Speech in noise at 5 dB, a piece repeated."""
    pieces = [
        mix(speech_like(PIECE_S, seed, rate), noise_like(PIECE_S, seed, rate), 5)
        for seed in range(channels)
    ]
    count = int(np.ceil(seconds / PIECE_S))
    wave = np.stack([np.tile(0.3 * piece, count) for piece in pieces], axis=1)
    soundfile.write(path, wave[: int(seconds * rate)], rate)
    return path


def gate(source: Path, target: Path) -> None:
    """The library enhancer on a file."""
    wave, rate = audio.read(source)
    audio.write(target, reduce_noise(y=wave, sr=rate).astype(np.float32), rate)


def main() -> None:
    """Measure and print."""
    enhancer = Enhancer(sys.argv[1])
    seconds = 60 * (float(sys.argv[2]) if len(sys.argv) > 2 else 5)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        plain = noisy_file(root / "plain.wav", seconds, 16000, 1)
        stereo = noisy_file(root / "stereo.wav", seconds, 48000, 2)

        def enhance(source):
            enhance_file(enhancer, source, root / "enhanced.wav")

        jobs = {
            "sqase-enhance": lambda: enhance(plain),
            "noisereduce": lambda: gate(plain, root / "gated.wav"),
            "sqase-enhance, stereo, 48 kHz": lambda: enhance(stereo),
        }
        took = {what: [] for what in jobs}
        for _ in range(TURNS):
            for what, job in jobs.items():
                (root / "enhanced.wav").unlink(missing_ok=True)
                start = time.perf_counter()
                job()
                took[what].append(time.perf_counter() - start)
    print(f"{seconds:g} s of sound")
    base = statistics.median(took["noisereduce"])
    for what, values in took.items():
        median = statistics.median(values)
        print(
            f"{what:30} real-time factor {median / seconds:.4f} {median / base:6.2f} x"
        )


if __name__ == "__main__":
    main()
