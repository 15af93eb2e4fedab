"""Agreement of predicted with true scores, by known answers."""

import numpy as np
import pytest

from sqase.sqa.agreement import agreement, agreement_levels


def test_known_answers():
    """Ranks 1 2 3 4 against 1 3 2 4: one of six pairs is discordant."""
    figures = agreement([1, 2, 3, 4], [1, 3, 2, 4])
    assert figures == {"mse": 0.5, "lcc": 0.8, "srcc": 0.8, "ktau": 0.6667, "n": 4}
    monotone = agreement([1, 2, 3, 4], [1, 10, 100, 1000])
    assert monotone["srcc"] == monotone["ktau"] == 1 and monotone["lcc"] < 0.9
    assert agreement([1, 2, 3], [3, 2, 1])["lcc"] == -1


@pytest.mark.parametrize(
    "true, predicted, n", [([], [], 0), ([1, 2], [1, 2], 2), ([1, 2, 3], [5, 5, 5], 3)]
)
def test_undefined_is_none(true, predicted, n):
    figures = agreement(true, predicted)
    assert figures["lcc"] is figures["srcc"] is figures["ktau"] is None
    assert figures["n"] == n and (figures["mse"] is None) == (n == 0)


def test_missing_labels_do_not_count():
    assert agreement([1, 2, np.nan, 3], [1, 2, 99, 3]) == agreement(
        [1, 2, 3], [1, 2, 3]
    )


def test_levels_tell_systems_from_utterances():
    """Right about systems, wrong within each; one label is missing."""
    systems = np.repeat(["a", "b", "c"], 3)
    within = np.tile([-1.0, 0.0, 1.0], 3)
    true = np.repeat([0.0, 10.0, 20.0], 3) + within
    predicted = np.repeat([0.0, 10.0, 20.0], 3) - within
    systems, true = np.append(systems, "d"), np.append(true, np.nan)
    levels = agreement_levels(true, np.append(predicted, 7.0), systems)
    assert levels["system"]["lcc"] == 1 and levels["system"]["n"] == 3
    assert levels["within_system"]["lcc"] == -1 and levels["within_system"]["n"] == 3
    assert levels["utterance"]["n"] == 9 and 0.9 < levels["utterance"]["lcc"] < 1
