"""Speech from espeak-ng, called through ctypes; needs no download and no program."""

import ctypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import espeakng_loader
import numpy as np

from sqase.runtime.seeding import rng_for
from sqase.sound.audio import resample

# Names from espeak-ng's speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_RATE, _PITCH, _RANGE = 1, 3, 4
_UTF8 = 1
_SAMPLES = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


@dataclass(frozen=True)
class Voice:
    """A speaker: how espeak-ng is set for all that he or she says."""

    language: str  # of the sentences: en, de, es, fr
    accent: str  # espeak-ng's voice, e.g. en-gb-scotland
    variant: str  # espeak-ng's voice variant, a vocal tract: f3, Mario, ...

    @property
    def name(self) -> str:
        return f"{self.accent}_{self.variant.lower()}"

    def settings(self, seed: int) -> dict[int, int]:
        """Words per minute, and pitch and its range on espeak-ng's 0..99."""
        rng = rng_for(f"voice {self.name}", seed)
        return {
            _RATE: int(rng.integers(135, 195)),
            _PITCH: int(rng.integers(30, 70)),
            _RANGE: int(rng.integers(35, 75)),
        }


def say(text: str, voice: Voice, sample_rate: int, seed: int) -> np.ndarray:
    """Speak a sentence.

    espeak-ng carries its state from one sentence to the next: what a process says
    first, it says the same in every run; what follows depends on what was said.

    Args:
        text: UTF-8.
        voice: the speaker.
        sample_rate: Hz of the result.
        seed: of the speaker's pitch and rate.

    Returns:
        float32 `(time,)`.

    Raises:
        ValueError: espeak-ng has no such accent or variant, or says nothing.
    """
    library, native_rate, samples = _library()
    accent = f"{voice.accent}+{voice.variant}".encode()
    if not variant_file(voice).is_file() or library.espeak_SetVoiceByName(accent):
        raise ValueError(f"espeak-ng voice {accent.decode()!r}: no such voice")
    for parameter, value in voice.settings(seed).items():
        library.espeak_SetParameter(parameter, value, 0)
    samples.clear()
    encoded = text.encode() + b"\0"
    library.espeak_Synth(encoded, len(encoded), 0, 1, 0, _UTF8, None, None)
    if not samples:
        raise ValueError(f"espeak-ng voice {accent.decode()!r}: said nothing: {text!r}")
    wave = np.concatenate(samples).astype(np.float32) / 32768
    return resample(wave, native_rate, sample_rate)


def variant_file(voice: Voice) -> Path:
    # espeak-ng takes an unknown variant for none, without an error.
    return Path(espeakng_loader.get_data_path(), "voices", "!v", voice.variant)


@cache
def _library() -> tuple[ctypes.CDLL, int, list[np.ndarray]]:
    """Load espeak-ng; gives it, its rate in Hz and the list that it speaks into."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        *[ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint],
        *[ctypes.c_void_p, ctypes.c_void_p],
    ]
    data = espeakng_loader.get_data_path().encode()
    rate = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
    samples: list[np.ndarray] = []

    @_SAMPLES
    def collect(wave, count, _events):
        if wave and count > 0:
            samples.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0

    library.espeak_SetSynthCallback(collect)
    library.keep = collect  # or it would be collected as garbage
    return library, rate, samples
