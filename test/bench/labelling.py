"""What labelling costs: a plain loop over the packages against `sqase.labels.label`.

Usage: OMP_NUM_THREADS=1 PYTHONPATH=.:test python3 test/bench/labelling.py [CLIPS]
Prints ratios of one run, medians of three turns (plain, 1 process, 2 processes, cache,
plain, ...), so that a machine that grows slower slows all of them.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import fast_bss_eval
import pesq
import pystoi
import soundfile
from signals import mix, noise_like, speech_like

from sqase.labels import Clip, label

METRICS = ("pesq_wb", "stoi", "estoi", "si_snr", "sdr")
SECONDS = 4.0
TURNS = 3


def write_clips(folder: Path, count: int) -> list[Clip]:
    """Noisy speech and its reference."""
    clips = []
    for number in range(count):
        clean = 0.3 * speech_like(SECONDS, seed=number)
        noisy = mix(clean, noise_like(SECONDS, seed=number), snr=number % 20 - 2)
        paths = folder / f"{number}.wav", folder / f"{number}-clean.wav"
        for path, wave in zip(paths, (noisy, clean)):
            soundfile.write(path, wave, 16000)
        clips.append(Clip(str(number), "noisy", *paths))
    return clips


def plain(clips: list[Clip]) -> None:
    """As one would write it down."""
    for clip in clips:
        enhanced, rate = soundfile.read(clip.path)
        reference, _ = soundfile.read(clip.reference_path)
        pesq.pesq(rate, reference, enhanced, "wb")
        pystoi.stoi(reference, enhanced, rate, extended=False)
        pystoi.stoi(reference, enhanced, rate, extended=True)
        pair = reference[None], enhanced[None]
        fast_bss_eval.si_sdr(*pair, zero_mean=True)
        fast_bss_eval.sdr(*pair)


def measure(function, *args, **kwargs) -> float:
    """Seconds of a call."""
    start = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = write_clips(folder, count)
        plain(clips[:2])  # imports and compiles
        for turn in range(TURNS):
            seconds.setdefault("plain loop", []).append(measure(plain, clips))
            for nj in (1, 2):
                cache = folder / f"{turn}-{nj}.sqlite"
                options = {"cache": cache, "nj": nj}
                took = measure(label, clips, METRICS, **options)
                seconds.setdefault(f"label, {nj} processes", []).append(took)
            took = measure(label, clips, METRICS, **options)
            seconds.setdefault("label, all in the cache", []).append(took)
    base = statistics.median(seconds["plain loop"])
    print(f"{count} clips of {SECONDS:g} s, {', '.join(METRICS)}")
    for what, values in seconds.items():
        each = ", ".join(f"{value:.1f}" for value in values)
        print(f"{what:24} {each:>20} s {base / statistics.median(values):8.2f} x")


if __name__ == "__main__":
    main()
