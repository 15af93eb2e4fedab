"""Intervals of known data."""

import numpy as np
import pytest

from sqase.report.bootstrap import interval


def test_constant_has_no_width_and_one_utterance_no_interval():
    values = np.full((1, 20, 1), 3.0)
    assert interval(values, np.arange(20)) == pytest.approx(np.array([[3.0, 3.0]]))
    assert np.isnan(interval(values[:, :1], np.zeros(1))).all()


def test_of_a_few_speakers_the_utterances_are_drawn():
    values = np.random.default_rng(5).standard_normal((1, 40, 1))
    few, many = np.arange(40) % 4, np.arange(40) % 5
    assert (interval(values, few) == interval(values, np.arange(40))).all()
    assert (interval(values, many) != interval(values, np.arange(40))).all()


def test_many_independent_speakers_give_the_normal_interval():
    values = np.random.default_rng(0).standard_normal((1, 2000, 1))
    low, high = interval(values, np.arange(2000))[0]
    assert (high - low) / 2 == pytest.approx(1.96 / np.sqrt(2000), rel=0.06)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.003)


def test_repeated_utterances_of_a_speaker_do_not_narrow_the_interval():
    one_each = np.random.default_rng(1).standard_normal((1, 40, 1))
    ten_each = one_each.repeat(10, axis=1)
    speakers = np.arange(40)
    assert interval(ten_each, speakers.repeat(10)) == pytest.approx(
        interval(one_each, speakers)
    )


def test_seeds_that_differ_widen_the_interval():
    values = np.random.default_rng(2).standard_normal((1, 50, 1)).repeat(3, axis=0)
    alike = interval(values, np.arange(50))[0]
    differing = interval(values + np.array([-1, 0, 1]).reshape(3, 1, 1), np.arange(50))[
        0
    ]
    assert np.ptp(differing) > 2 * np.ptp(alike)


@pytest.mark.parametrize("speakers", [8, 40])
def test_covers_the_true_mean_in_95_of_100_cases(speakers):
    """Speakers differ by 1, utterances of one speaker by 1; each metric is one
    repetition of the experiment."""
    rng = np.random.default_rng(3)
    repetitions = 400
    per_speaker = rng.standard_normal((1, speakers, repetitions)).repeat(6, axis=1)
    values = per_speaker + rng.standard_normal(per_speaker.shape)
    low, high = interval(values, np.arange(speakers).repeat(6)).T
    covered = np.mean((low < 0) & (high > 0))
    assert 0.92 <= covered <= 0.98


def test_missing_scores_count_for_no_speaker():
    values = np.random.default_rng(4).standard_normal((1, 30, 2))
    speakers = np.arange(30) // 3
    values[0, 15:, 0] = np.nan
    both = interval(values, speakers)
    assert both[0] == pytest.approx(
        interval(values[:, :15, :1], speakers[:15])[0], abs=0.2
    )
    assert np.isfinite(both).all()
    values[0, 3:, 0] = np.nan
    assert np.isnan(interval(values, speakers)[0]).all()
