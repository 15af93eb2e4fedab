"""Make the embedded corpus: synthetic speech, noise and rooms, the same every time.

Writes <output_dir>/{main,other}/{clean/<speaker>,noise/<kind>,rir}/*.flac. What
`other` holds, speakers, noise kinds and rooms, does not occur in `main`.
"""

import argparse
import hashlib
import multiprocessing
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import noises
import numpy as np
from noises import SAMPLE_RATE
from voices import Voice, say

from sqase.bin import add_jobs_option, cli
from sqase.runtime.atomic import is_done, mark_done
from sqase.runtime.progress import track
from sqase.runtime.seeding import rng_for
from sqase.sound import audio

SEED = 1
SENTENCES_PER_VOICE = 16
NOISE_SECONDS = 20
NOISE_RECORDINGS = 4
ROOMS = 10
BABBLE_VOICES = 6
ACCENTS = [
    *[("en", "en-us"), ("de", "de"), ("es", "es"), ("fr", "fr")],
    *[
        ("en", "en-gb-x-rp"),
        ("fr", "fr-be"),
        ("es", "es-419"),
        ("en", "en-gb-scotland"),
    ],
]
# None with `breath` in its file: that noise differs from run to run.
VARIANTS = {
    "main": "f1 m1 f4 m2 aunty m3 steph2 m4 grandma m5 m6 m7 m8 Annie Denis Andrea "
    "Andy Alex Diogo Gene Henrique Hugo Jacky Lee Mario Michael Mike Nguyen norbert "
    "pedro",
    "other": "adam anika antonio belinda benjamin boris robert david linda max "
    "miguel pablo",
    "main babble": "ed edward gustave iven john steph",
    "other babble": "marcelo paul quincy rob shelby travis",
}


def voices(group: str) -> list[Voice]:
    """The speakers of a group of `VARIANTS`; accents take turns."""
    names = VARIANTS[group].split()
    return [
        Voice(*ACCENTS[n % len(ACCENTS)], variant) for n, variant in enumerate(names)
    ]


def sentences(voice: Voice) -> list[str]:
    """What a speaker says: a draw from the sentences of the language."""
    path = Path(__file__).with_name("sentences.txt")
    pairs = [line.split(" ", 1) for line in path.read_text("utf-8").splitlines()]
    known = [text for language, text in pairs if language == voice.language]
    order = rng_for(f"sentences {voice.name}", SEED).permutation(len(known))
    return [known[index] for index in order[:SENTENCES_PER_VOICE]]


def speak(voice: Voice) -> tuple[Voice, list[np.ndarray]]:
    """All that a speaker says; to be called once in a process (see `say`)."""
    return voice, [say(text, voice, SAMPLE_RATE, SEED) for text in sentences(voice)]


def write(path: Path, wave: np.ndarray) -> None:
    """Write a recording with its peak at 0.8."""
    audio.write(path, 0.8 * wave / np.abs(wave).max(), SAMPLE_RATE)


def babble(
    samples: int, rng: np.random.Generator, *, speech: Sequence[np.ndarray]
) -> np.ndarray:
    """Everybody talks at once: each voice starts anywhere in what it says."""
    starts = [rng.integers(len(wave)) for wave in speech]
    return sum(
        rng.uniform(0.4, 1.0) * np.resize(np.roll(wave, -start), samples)
        for wave, start in zip(speech, starts)
    )


def make_noise(folder: Path, kinds: Mapping[str, noises.Noise]) -> None:
    for kind, make in kinds.items():
        for number in range(NOISE_RECORDINGS):
            rng = rng_for(f"noise {kind} {number}", SEED)
            wave = make(NOISE_SECONDS * SAMPLE_RATE, rng)
            write(folder / kind / f"{kind}-{number}.flac", wave)


def make_domain(
    folder: Path, domain: str, kinds: Mapping[str, noises.Noise], pool
) -> None:
    """Speakers, noise and rooms of `main` or of `other`."""
    talking = voices(f"{domain} babble")
    chatter: dict[str, np.ndarray] = {}
    everybody = voices(domain) + talking
    spoken = pool.imap_unordered(speak, everybody)
    for voice, waves in track(spoken, f"speech of {domain}", "voices", len(everybody)):
        if voice in talking:
            chatter[voice.name] = np.concatenate(waves)
            continue
        for number, wave in enumerate(waves):
            write(folder / "clean" / voice.name / f"{voice.name}-{number}.flac", wave)
    speech = [chatter[name] for name in sorted(chatter)]
    make_noise(
        folder / "noise", {**kinds, f"{domain}_babble": partial(babble, speech=speech)}
    )
    for number in range(ROOMS):
        name = f"{domain}-room-{number}"
        write(folder / "rir" / f"{name}.flac", noises.room(rng_for(name, SEED)))


def digest_of_sources() -> str:
    """Digest of all that the corpus follows from: the files beside this one."""
    digest = hashlib.sha256(version("espeakng-loader").encode())
    for path in sorted(Path(__file__).parent.glob("[mnsv]*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def get_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make_corpus", description=__doc__)
    parser.add_argument("--output_dir", type=Path, required=True)
    add_jobs_option(parser, "processes that speak")
    return parser


@cli
def main(argv: Sequence[str] | None = None) -> None:
    args = get_parser().parse_args(argv)
    digest = digest_of_sources()
    if is_done(args.output_dir, digest):
        return
    # A process for each voice: espeak-ng remembers what it said.
    context = multiprocessing.get_context("fork")
    with context.Pool(args.nj, maxtasksperchild=1) as pool:
        for domain, kinds in (("main", noises.KINDS), ("other", noises.OTHER_KINDS)):
            make_domain(args.output_dir / domain, domain, kinds, pool)
    mark_done(args.output_dir, digest)


if __name__ == "__main__":
    main()
