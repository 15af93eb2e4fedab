"""Pack what test/gpu/campaign.py takes to a bare machine: sound, and Python packages.

Usage: PYTHONPATH=. python3 test/gpu/pack.py FOLDERS OUTPUT [--hours 4] [--python EXE]
FOLDERS holds clean/<speaker>/, noise/<kind>/ and rir/; OUTPUT gets recordings
of all of them as Opus, rooms as FLAC, and wheels for EXE, a Python of the
version that the machine has. The machine is expected to have PyTorch, torchaudio,
SciPy, h5py, Matplotlib, onnxruntime, safetensors, Numba, pytest and what these need.
"""

import argparse
import itertools
import subprocess
from pathlib import Path

import soundfile

from sqase.sound import audio

ROOT = Path(__file__).resolve().parents[2]
RATE = 16000
LONGEST_S = 60.0  # of a recording that is packed; of longer ones, the beginning
SHARES = {"clean": 0.5, "noise": 0.5}  # of the hours
KBIT_S = {"clean": 32, "noise": 20}
WHEELS = (
    "espnet ci_sdr fast-bss-eval torch_complex pesq pystoi soundfile soxr librosa "
    "humanfriendly kaldiio typeguard cffi pycparser decorator audioread pooch platformdirs"
).split()


def pack_sound(folders: Path, output: Path, hours: float) -> None:
    """Parts of recordings, one of each source after the other, until time is up."""
    for kind, share in SHARES.items():
        level = (256 - KBIT_S[kind]) / 250  # libsndfile's measure of compression
        left_s = 3600 * hours * share
        sources = [sorted(folder.rglob("*.*")) for folder in (folders / kind).iterdir()]
        for path in filter(None, itertools.chain(*itertools.zip_longest(*sources))):
            wave, _ = audio.read(path, RATE, seconds=LONGEST_S)
            target = output / path.relative_to(folders).with_suffix(".ogg")
            target.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(
                target, wave, RATE, "OPUS", format="OGG", compression_level=level
            )
            left_s -= len(wave) / RATE
            if left_s < 0:
                break
    for path in sorted((folders / "rir").rglob("*.*")):
        target = output / path.relative_to(folders).with_suffix(".flac")
        audio.write(target, audio.read(path, RATE)[0], RATE)


def pack_wheels(output: Path, python: str) -> None:
    """Wheels of the pinned versions, built where none are published."""
    pins = (ROOT / "tools/requirements.txt").read_text(encoding="utf-8").split()
    wanted = [pin for pin in pins if pin.partition("==")[0] in WHEELS]
    pip = [python, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(output / "wheels"), *wanted], check=True)


def main() -> None:
    """Pack, and print how large the result is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--python", default="python3.12")
    args = parser.parse_args()
    pack_sound(args.folders, args.output, args.hours)
    pack_wheels(args.output, args.python)
    sizes = [path.stat().st_size for path in args.output.rglob("*") if path.is_file()]
    print(f"{args.output}: {len(sizes)} files, {sum(sizes) / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
