"""Read the score files of all arms and seeds of one test set into arrays.

exp/scores/seed<S>/<arm>/<test_set>.jsonl      true scores
exp/predicted/seed<S>/<arm>/<test_set>.jsonl   what the assessor says; may lack
data/<test_set>/                               ids, speakers, kind of references
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sqase.data.data_dir import read_labels, read_scp
from sqase.metrics import ranges

Key = tuple[str, str]  # arm, seed
KINDS = ("scores", "predicted")


@dataclass(frozen=True)
class ScoredSet:
    """All scores of one test set; axes (arm, seed, utterance, metric).

    Attributes:
        name: of the data directory.
        references: "given", "withheld" (used for scoring only) or "none".
        ids, speakers: (utterance,).
        arms, seeds, metrics: what the axes mean.
        true, predicted: scores; NaN where there is none.
        clamped: which of the true scores lay outside of their range.
        present: (arm, seed), whether this unit was scored.
        rows: the score file of each unit, in the order of `ids`.
        joined: whether it is made of two others, for tables alone.
    """

    name: str
    references: str
    ids: tuple[str, ...]
    speakers: np.ndarray
    arms: tuple[str, ...]
    seeds: tuple[str, ...]
    metrics: tuple[str, ...]
    true: np.ndarray
    clamped: np.ndarray
    predicted: np.ndarray
    present: np.ndarray
    rows: dict[Key, list[dict]]
    joined: bool = False

    @property
    def not_run(self) -> list[str]:
        """Arms that lack one of the seeds, as `baseline with seed 2`."""
        return [
            f"{arm} with seed {seed}"
            for arm, of_arm in zip(self.arms, self.present)
            for seed, run in zip(self.seeds, of_arm)
            if not run
        ]

    def of(self, array: np.ndarray, arm: str) -> np.ndarray:
        """The part (seed, utterance, metric) of an array that belongs to an arm."""
        return array[self.arms.index(arm)]


def load_scored_set(
    expdir: str | Path,
    data_dir: str | Path,
    arms: Sequence[str],
    seeds: Sequence[str],
    metrics: Sequence[str],
) -> ScoredSet:
    """Read one test set.

    Args:
        expdir: see the module.
        data_dir: of the test set itself; its last part is its name.
        arms, seeds, metrics: names; of each arm at least one seed must be there.

    Raises:
        FileNotFoundError: the test set, all seeds of an arm, or all arms of a seed are
            missing.
        ValueError: files made for other utterances; an arm or a seed that is named
            twice, which would count it twice.
    """
    for kind, names in (("arm", arms), ("seed", seeds)):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f"--{kind}s: expected each {kind} once, got {name} again"
                )
    data_dir = Path(data_dir)
    utt2spk = read_scp(data_dir / "utt2spk")
    ids = tuple(utt2spk)
    shape = len(arms), len(seeds), len(ids), len(metrics)
    true, predicted = np.full(shape, np.nan), np.full(shape, np.nan)
    clamped = np.zeros(shape, dtype=bool)
    rows = {}
    for a, arm in enumerate(arms):
        for s, seed in enumerate(seeds):
            file = f"seed{seed}/{arm}/{data_dir.name}.jsonl"
            scores, predictions = (Path(expdir) / k / file for k in KINDS)
            if scores.exists():
                rows[arm, seed] = _read(scores, ids)
                true[a, s] = _values(rows[arm, seed], metrics)
                clamped[a, s] = _clamped(rows[arm, seed], metrics)
                if predictions.exists():
                    predicted[a, s] = _values(_read(predictions, ids), metrics)
        if not any((arm, seed) in rows for seed in seeds):
            raise FileNotFoundError(
                f"{expdir}/scores/seed*/{arm}/{data_dir.name}.jsonl: expected the scores "
                f"of one of the seeds {' '.join(seeds)}, found none. Run stage 9"
            )
    for seed in seeds:
        if not any((arm, seed) in rows for arm in arms):
            raise FileNotFoundError(
                f"{expdir}/scores/seed{seed}/*/{data_dir.name}.jsonl: expected the "
                "scores of one of the arms, found none. Run stages 2 to 9 with --seeds "
                f"{seed}, or leave the seed out"
            )
    return ScoredSet(
        name=data_dir.name,
        references=_references(data_dir),
        ids=ids,
        speakers=np.array(list(utt2spk.values())),
        arms=tuple(arms),
        seeds=tuple(seeds),
        metrics=tuple(metrics),
        true=true,
        clamped=clamped & np.isfinite(true),
        predicted=predicted,
        present=np.array([[(a, s) in rows for s in seeds] for a in arms]),
        rows=rows,
    )


def with_joined(test_sets: Sequence[ScoredSet]) -> list[ScoredSet]:
    """The sets and, after each pair `x` and `x_2`, both as one: a cross-fit, in which
    every clip was enhanced by a training that had not heard it."""
    by_name = {t.name: t for t in test_sets}
    result = []
    for t in test_sets:
        result.append(t)
        first = by_name.get(t.name.removesuffix("_2"), t)
        if first is not t:
            result.append(_join(first, t))
    return result


def _join(first: ScoredSet, second: ScoredSet) -> ScoredSet:
    arrays = {
        name: np.concatenate([getattr(first, name), getattr(second, name)], axis=2)
        for name in ("true", "clamped", "predicted")
    }
    return replace(
        first,
        name=f"{first.name} and {second.name}",
        ids=first.ids + second.ids,
        speakers=np.concatenate([first.speakers, second.speakers]),
        present=first.present & second.present,
        joined=True,
        rows={
            key: first.rows[key] + second.rows[key]
            for key in first.rows.keys() & second.rows.keys()
        },
        **arrays,
    )


def pooled(
    test_sets: Sequence[ScoredSet], arm: str, metric: str
) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted scores of an arm, (clips of all sets and seeds,) each."""
    m = test_sets[0].metrics.index(metric)
    true, predicted = (
        np.concatenate(
            [
                t.of(getattr(t, kind), arm)[:, :, m].ravel()
                for t in test_sets
                if not t.joined
            ]
        )
        for kind in ("true", "predicted")
    )
    return true, predicted


def _references(data_dir: Path) -> str:
    if (data_dir / "spk1.scp").exists():
        return "given"
    return "withheld" if (data_dir / "scoring_reference.scp").exists() else "none"


def _read(path: Path, ids: Sequence[str]) -> list[dict]:
    """Rows of a score file in the order of `ids`; it must have exactly these."""
    rows = {row["id"]: row for row in read_labels(path, ranges())}
    odd = rows.keys() ^ set(ids)
    if odd:
        raise ValueError(
            f"{path}: expected the {len(ids)} utterances of the test set, got "
            f"{len(rows)}: {min(odd)} is in one of the two only. Run stages 8 and 9"
        )
    return [rows[utt] for utt in ids]


def _values(rows: Sequence[dict], metrics: Sequence[str]) -> np.ndarray:
    """(utterance, metric); NaN for null, and for a value that has a reason: that
    is a label (a clip identical to its reference) and no measurement."""
    return np.array(
        [
            [
                np.nan if m in row.get("reasons", {}) else row["metrics"].get(m, np.nan)
                for m in metrics
            ]
            for row in rows
        ],
        dtype=float,
    )


def _clamped(rows: Sequence[dict], metrics: Sequence[str]) -> list[list[bool]]:
    return [[m in row.get("clamped", ()) for m in metrics] for row in rows]


def metric_versions(test_sets: Sequence[ScoredSet]) -> dict[str, str]:
    """The one version that each metric was computed with.

    Raises:
        ValueError: two versions of a metric among the score files.
    """
    versions: dict[str, str] = {}
    for test_set in test_sets:
        for (arm, seed), rows in test_set.rows.items():
            for row in rows:
                for metric, version in row.get("versions", {}).items():
                    if versions.setdefault(metric, version) != version:
                        raise ValueError(
                            f"scores/seed{seed}/{arm}/{test_set.name}.jsonl: {metric}: "
                            f"expected {versions[metric]} as in the other files, got "
                            f"{version}. Run stage 9 again for all arms"
                        )
    return versions
