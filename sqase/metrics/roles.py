"""Roles of metrics: what training may see, and what is kept to judge it by.

A held-out metric is evidence only as long as no label, assessor head, loss or rule
for choosing checkpoints ever used it. Every program that uses metrics for one of
these asks `Roles.refuse_held_out` first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqase.metrics import METRICS
from sqase.runtime import config

ROLES = ("trained", "held_out", "related")


@dataclass(frozen=True)
class Roles:
    """The content of conf/metrics.yaml.

    Attributes:
        trained: metrics that labels, heads, losses and selection may use.
        held_out: metrics that none of them ever saw.
        related: scored, but too close to a trained one to be claimed as held out.
        labels: what leaderboards are labelled with, the heads of the assessor.
        selection: their mean over validation chooses checkpoints.
        main: the columns of the first result table.
    """

    trained: tuple[str, ...]
    held_out: tuple[str, ...]
    related: tuple[str, ...]
    labels: tuple[str, ...]
    selection: tuple[str, ...]
    main: tuple[str, ...]

    @property
    def scored(self) -> tuple[str, ...]:
        """All metrics, by role: what test sets are scored with."""
        return self.trained + self.held_out + self.related

    def role(self, metric: str) -> str:
        """The role of a scored metric."""
        return next(role for role in ROLES if metric in getattr(self, role))

    def refuse_held_out(self, metrics: Iterable[str], use: str) -> None:
        """Refuse metrics that are not in the role `trained`.

        Args:
            metrics: names about to be used.
            use: what for, as the error calls it, e.g. "labels of exp/leaderboard".

        Raises:
            ValueError: a held-out, related or unknown metric.
        """
        for metric in metrics:
            if metric not in self.trained:
                role = self.role(metric) if metric in self.scored else "none"
                raise ValueError(
                    f"{use}: expected metrics of the role trained "
                    f"({', '.join(self.trained)}), got {metric} (role {role}). "
                    "Remove it: what training has seen cannot judge it"
                )


def load(path: str | Path) -> Roles:
    """Read conf/metrics.yaml.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a missing or unknown key, an unknown metric, a metric in two
            roles, labels or selection outside of the role trained.
    """
    settings = config.load(path)
    _expect_keys(path, "", settings, ("roles", "labels", "selection", "main"))
    _expect_keys(path, "roles: ", settings["roles"], ROLES)
    lists = {**settings.pop("roles"), **settings}
    roles = Roles(**{name: tuple(metrics) for name, metrics in lists.items()})
    METRICS.check(list(roles.scored))
    for metric in roles.scored:
        if roles.scored.count(metric) > 1:
            raise ValueError(f"{path}: {metric}: expected one role, got it twice")
    roles.refuse_held_out(roles.labels, f"{path}: labels")
    roles.refuse_held_out(roles.selection, f"{path}: selection")
    for metric in roles.main:
        if metric not in roles.scored:
            raise ValueError(
                f"{path}: main: expected metrics with a role, got {metric}"
            )
    return roles


def _expect_keys(path, where: str, mapping: Mapping, keys: tuple[str, ...]) -> None:
    if set(mapping) != set(keys):
        raise ValueError(
            f"{path}: {where}expected the keys {', '.join(keys)}, "
            f"got {', '.join(mapping)}"
        )
