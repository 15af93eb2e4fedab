"""Clips to listen to: which ones, at what level, as sound and as picture."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from PIL import Image

from sqase.data.data_dir import read_scp
from sqase.metrics import SAMPLE_RATE
from sqase.published import PUBLISHED
from sqase.report.load import ScoredSet
from sqase.report.results import control_of
from sqase.runtime.seeding import rng_for
from sqase.sound import audio

GAINS = ("pesq_wb", "dnsmos_ovrl")  # what a gain is: the first that has a truth
RANDOM = 2
SECONDS = 10.0  # of a longer clip, the start
LEVEL = 10 ** (-26 / 20)  # RMS, -26 dBFS
FRAME = 320  # samples, 20 ms, of the level
ACTIVE = 1e-4  # power over that of the loudest frame, -40 dB
WINDOW, HOP = 512, 256  # samples, 32 and 16 ms, of the picture
DYNAMICS = 70.0  # dB
COLOURS = 32


def choose(t: ScoredSet) -> dict[int, str]:
    """Choose utterances by rule, never by ear.

    Those with the largest, the median and the smallest gain of the arm `refreshed`
    (without it, the last that has a control) over its control, then random ones.
    Published enhancers count for nothing here.
    Gains are those of the first seed, in the first of `GAINS` that has a truth.

    Returns:
        Number of the utterance -> why it was chosen.
    """
    chosen = {}
    gain, name = _gains(t)
    known = np.argsort(gain, kind="stable")[: np.isfinite(gain).sum()]
    if len(known):
        places = {"largest": -1, "median": len(known) // 2, "smallest": 0}
        for place, rank in places.items():
            number = int(known[rank])
            text = f"{place} gain, {name}: {gain[number]:+.3f}"
            chosen.setdefault(number, text)
    rest = [number for number in range(len(t.ids)) if number not in chosen]
    drawn = rng_for(f"clips of {t.name}", 0).permutation(rest)[:RANDOM]
    return chosen | {int(number): "random" for number in drawn}


def _gains(t: ScoredSet) -> tuple[np.ndarray, str]:
    """Gain of each utterance, NaN where unknown, and what it is."""
    compared = {a: control_of(a, t.arms) for a in t.arms if a not in PUBLISHED}
    arms = [arm for arm, control in compared.items() if control]
    if arms:
        arm = "refreshed" if "refreshed" in arms else arms[-1]
        differences = t.of(t.true, arm)[0] - t.of(t.true, compared[arm])[0]
        for metric in (metric for metric in GAINS if metric in t.metrics):
            gain = differences[:, t.metrics.index(metric)]
            if np.isfinite(gain).any():
                return gain, f"{arm} - {compared[arm]} in {metric}"
    return np.full(len(t.ids), np.nan), ""


def load_clips(
    t: ScoredSet, data_dir: Path, expdir: Path, metrics: Sequence[str]
) -> list[dict]:
    """All signals of the chosen utterances of a test set.

    Args:
        t: the scores.
        data_dir: of the test set itself.
        expdir: holds seed<S>/enhanced/<arm>/<test set>/wav.scp, of published enhancers
            published/<arm>/<test set>/wav.scp; an arm without it is left out.
        metrics: whose scores to give.

    Returns:
        A dict for each: test_set, id, why, seconds, signals. A signal has a name,
        a sound (FLAC, base64), a picture (PNG, base64) and scores.
    """
    files = {"noisy": data_dir / "wav.scp"}
    for arm in (arm for arm in t.arms if arm != "noisy"):
        made = "published" if arm in PUBLISHED else f"seed{t.seeds[0]}/enhanced"
        files[arm] = expdir / made / arm / t.name / "wav.scp"
    for name in ("scoring_reference.scp", "spk1.scp"):
        if (data_dir / name).exists():
            files["reference"] = data_dir / name
    paths = {name: read_scp(file) for name, file in files.items() if file.exists()}
    clips = []
    for number, why in choose(t).items():
        utt = t.ids[number]
        waves = matched({name: _read(of_utts[utt]) for name, of_utts in paths.items()})
        pictures = draw(waves)
        signals = [
            {
                "name": name,
                "sound": _text(audio.encoded(wave, SAMPLE_RATE)),
                "picture": _text(pictures[name]),
                "scores": _scores(t, name, number, metrics),
            }
            for name, wave in waves.items()
        ]
        seconds = len(waves["noisy"]) / SAMPLE_RATE
        facts = {"test_set": t.name, "id": utt, "why": why, "seconds": seconds}
        clips.append(facts | {"signals": signals})
    return clips


def matched(waves: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Bring all signals of an utterance to one length and level.

    The level is the RMS of the same frames for all: those in which the reference,
    without one the noisy signal, is within 40 dB of its loudest. It becomes -26 dBFS;
    where a peak would pass full scale, all signals are lowered alike.

    Args:
        waves: name -> (time,); `noisy` must be there, `reference` may be.
    """
    length = min(map(len, waves.values())) // FRAME * FRAME
    waves = {name: wave[:length] for name, wave in waves.items()}
    power = {
        name: np.mean(wave.reshape(-1, FRAME).astype(float) ** 2, axis=1)
        for name, wave in waves.items()
    }
    guide = power.get("reference", power["noisy"])
    active = guide >= ACTIVE * np.max(guide)
    level = {name: np.sqrt(np.mean(p[active])) for name, p in power.items()}
    waves = {
        name: wave * (LEVEL / level[name] if level[name] else 1.0)
        for name, wave in waves.items()
    }
    peak = max(np.max(np.abs(wave)) for wave in waves.values())
    return {name: wave / max(peak, 1.0) for name, wave in waves.items()}


def draw(waves: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """Spectrograms as PNG: 0 to 8 kHz, one scale of `DYNAMICS` dB for all signals."""
    spectra = {name: _spectrogram(wave) for name, wave in waves.items()}
    top = max(np.max(spectrum) for spectrum in spectra.values())
    colours = colormaps["magma"](np.linspace(0, 1, COLOURS), bytes=True)[:, :3]
    pictures = {}
    for name, spectrum in spectra.items():
        shade = np.clip((spectrum - top) / DYNAMICS + 1, 0, 1) * (COLOURS - 1)
        picture = Image.fromarray(shade.round().astype(np.uint8), mode="L")
        picture.putpalette(colours.tobytes())
        stream = io.BytesIO()
        picture.save(stream, format="png", optimize=True)
        pictures[name] = stream.getvalue()
    return pictures


def _spectrogram(wave: np.ndarray) -> np.ndarray:
    """Power in dB, (WINDOW / 4, frames), high frequencies first."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=-1)) ** 2
    pairs = power[:, 1:].reshape(len(power), -1, 2).mean(axis=-1)
    return 10 * np.log10(pairs.T[::-1] + 1e-12)


def _scores(
    t: ScoredSet, name: str, number: int, metrics: Sequence[str]
) -> dict[str, float]:
    if name not in t.arms:
        return {}
    scores = dict(zip(t.metrics, t.of(t.true, name)[0, number]))
    return {m: float(scores[m]) for m in metrics if np.isfinite(scores[m])}


def _read(path: str) -> np.ndarray:
    return audio.read(path, SAMPLE_RATE, seconds=SECONDS)[0]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
