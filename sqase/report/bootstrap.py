"""Confidence intervals by a bootstrap over speakers and seeds.

Utterances of one speaker resemble each other, and so do all utterances of one
training seed: what is drawn with replacement is therefore speakers and seeds, and
an utterance counts as often as both of its own were drawn. From a few speakers nothing
can be said of others (draws of two take three values): there, each utterance is drawn by
itself, and the interval is about these speakers alone.
"""

import numpy as np
from scipy import stats

DRAWS = 2000
SEED = 0
LEVEL = 0.95
FEWEST_SPEAKERS = 5
"""Of fewer, even the extreme draws are nearer than the interval should reach."""


def interval(values: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Interval of the mean over seeds and utterances.

    A paired difference is the interval of the differences: give `a - b`, which is
    NaN, and so left out, where either is.

    With few speakers plain percentiles are too narrow. They are taken further out,
    by Student's t and the n / (n - 1) of the variance: the expanded percentile
    interval of T. Hesterberg, "What teachers should know about the bootstrap",
    The American Statistician 69(4), 2015. With one seed, nothing is known of the
    spread over trainings, and the interval does not contain it.

    Args:
        values: (seed, utterance, metric), NaN where there is no score.
        speakers: (utterance,), any labels.

    Returns:
        (metric, 2): lower and upper end; NaN where fewer than two speakers (or
        utterances, of few speakers) have a score.
    """
    labels, speaker = np.unique(speakers, return_inverse=True)
    if len(labels) < FEWEST_SPEAKERS:
        labels = speaker = np.arange(len(speakers))
    membership = np.eye(len(labels))[speaker]  # (utterance, speaker)
    scored = np.isfinite(values)
    sums = np.einsum("kum,us->ksm", np.where(scored, values, 0.0), membership)
    counts = np.einsum("kum,us->ksm", scored.astype(float), membership)
    rng = np.random.default_rng(SEED)
    times = _draw(rng, len(values))[:, :, None] * _draw(rng, len(labels))[:, None, :]
    total = np.einsum("bks,ksm->bm", times, sums, optimize=True)
    number = np.einsum("bks,ksm->bm", times, counts, optimize=True)
    with np.errstate(invalid="ignore"):
        means = total / number  # NaN where only speakers without a score were drawn
    clusters = np.count_nonzero(counts.sum(axis=0), axis=0)
    return np.array([_percentiles(m, n) for m, n in zip(means.T, clusters)])


def _draw(rng: np.random.Generator, size: int) -> np.ndarray:
    """How often each of `size` clusters is drawn: (draw, cluster)."""
    return rng.multinomial(size, np.full(size, 1 / size), size=DRAWS).astype(float)


def _percentiles(means: np.ndarray, clusters: int) -> np.ndarray:
    if clusters < 2:
        return np.full(2, np.nan)
    quantile = stats.t.ppf((1 + LEVEL) / 2, clusters - 1)
    tail = stats.norm.sf(np.sqrt(clusters / (clusters - 1)) * quantile)
    return np.nanquantile(means, (tail, 1 - tail))
