"""What fills a leaderboard: one way to process a mixture a file.

A system is a function ::

    f(*, noisy, reference, enhanced, members, sample_rate, rng) -> wave

All signals are float `(time,)` of one length: the mixture, its reference, what an
enhancement model made of the mixture, and what each member of the committee did, by
its name. Strengths are drawn from `rng`, so that a system covers a range of quality.
The result has the same length; it may leave [-1, 1], `process` takes care of that.

A new system is one file here and one line in the table. Published enhancers, one file
in `sqase.published` each, are systems, too.
"""

import re
from collections.abc import Mapping

import numpy as np

from sqase.published import PUBLISHED
from sqase.runtime.lookup import Table

KINDS = {
    "noisy": ("noisy",),
    "clean": ("clean",),
    "enhancer": ("wiener", "webrtc", "spectral_gate"),
    "published": tuple(PUBLISHED),
    "committee": ("subset_mean",),
    "blend": ("blend_noisy", "blend_clean"),
    "distortion": (
        "over_suppression",
        "musical_noise",
        "clipping",
        "band_limit",
        "codec",
        "packet_loss",
        "gain",
    ),
    "edit": ("edit",),
}
SYSTEMS = Table(
    "system",
    {
        name: f"{__name__}.{'published' if kind == 'published' else name}:{name}"
        for kind, names in KINDS.items()
        for name in names
    },
)


def kind_of(system: str) -> str:
    """The key of `KINDS` for a system; what is not in the table is an enhancer.

    Several edits of one clip are systems edit_1, edit_2, ...
    """
    system = re.sub(r"^edit_\d+$", "edit", system)
    kinds = (kind for kind, names in KINDS.items() if system in names)
    return next(kinds, "enhancer")


def process(
    name: str,
    *,
    noisy: np.ndarray,
    reference: np.ndarray,
    enhanced: np.ndarray,
    members: Mapping[str, np.ndarray],
    sample_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Run one system and hold it to its interface.

    Args:
        name: an entry of `SYSTEMS`.
        noisy: the mixture, `(time,)` in [-1, 1].
        reference: its clean speech, `(time,)`.
        enhanced: the output of an enhancement model for it, `(time,)`.
        members: name of a published enhancer -> its output for it, `(time,)`.
        sample_rate: Hz.
        rng: source of the strengths.

    Returns:
        float32 `(time,)`, scaled down as a whole where it would leave [-1, 1].

    Raises:
        ValueError: unknown name, inputs or a result of unequal length, NaN in
            the result.
    """
    signals = {"noisy": noisy, "reference": reference, "enhanced": enhanced, **members}
    if len({len(signal) for signal in signals.values()}) > 1:
        lengths = (f"{key} {len(signal)}" for key, signal in signals.items())
        raise ValueError(
            f"system {name}: expected inputs of one length, got {', '.join(lengths)} "
            "samples"
        )
    wave = SYSTEMS.load(name)(
        noisy=noisy,
        reference=reference,
        enhanced=enhanced,
        members=members,
        sample_rate=sample_rate,
        rng=rng,
    )
    if wave.shape != noisy.shape or not np.isfinite(wave).all():
        raise ValueError(
            f"system {name}: expected finite samples of shape {noisy.shape}, got "
            f"shape {wave.shape}, {int(np.isfinite(wave).sum())} of them finite"
        )
    return (wave / max(1.0, np.abs(wave).max())).astype(np.float32)
