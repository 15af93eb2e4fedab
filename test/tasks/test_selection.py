"""Choosing a checkpoint by true metrics on the validation set."""

import pytest

from sqase.tasks.enhance import Enhancer
from sqase.tasks.selection import (
    START,
    epochs_of,
    keep_start,
    latest,
    mark_selected,
    score_outputs,
    select,
    spread_of,
    validation_scores,
)


def table(**metrics):
    """epoch -> metric -> mean, from a list of means for each metric."""
    epochs = range(1, 1 + max(map(len, metrics.values())))
    return {e: {m: {"mean": v[e - 1]} for m, v in metrics.items()} for e in epochs}


@pytest.mark.parametrize(
    "spread, best",
    [({"pesq": 1.0, "snr": 100.0}, 3), ({"pesq": 1.0, "snr": 0.1}, 2), ({"snr": 1}, 2)],
)
def test_each_metric_counts_in_units_of_its_spread(spread, best):
    assert select(table(pesq=[1.0, 1.1, 2.0], snr=[5.0, 9.0, 8.0]), spread) == best


def test_utterances_that_all_sound_the_same_choose_no_epoch():
    scores = {"pesq": {"mean": 1.5, "spread": 0.2}, "snr": {"mean": 3.0, "spread": 0.0}}
    message = "set data/valid: expected utterances whose snr differs, got 3 for all"
    with pytest.raises(ValueError, match=message):
        spread_of(scores, "data/valid")
    scores["snr"]["spread"] = 4.0
    assert spread_of(scores, "data/valid") == {"pesq": 0.2, "snr": 4.0}


def test_the_earliest_of_equals():
    assert select(table(pesq=[1.0, 2.0, 2.0]), {"pesq": 1.0}) == 2


def test_the_last_epoch_that_loses_no_more_than_is_allowed():
    scores = table(pesq=[2.0, 1.995, 1.98, 2.1], estoi=[0.8, 0.81, 0.82, 0.79])
    scores = {epoch - 1: found for epoch, found in scores.items()}  # 0 is the start
    assert latest(scores, {"pesq": 0.01, "estoi": 0.002}) == 1
    assert latest(scores, {"pesq": 0.03, "estoi": 0.002}) == 2
    assert latest(scores, {"pesq": 0.01}) == 3
    assert latest(scores, {"pesq": -0.2}) == START


def test_without_references_there_are_metrics_that_need_none(lab, refreshed):
    metrics = ["si_snr", "srmr"]
    enhancers = {"same": Enhancer(refreshed, "1epoch.pth")}
    (scores,) = score_outputs(enhancers, lab.real_dir, metrics, nj=1).values()
    assert len(scores) == 4
    assert all(s["si_snr"].value is None and s["srmr"].value > 0 for s in scores)


def test_scores_are_those_of_the_epochs_outputs(lab, refreshed):
    metrics = ["si_snr", "stoi"]
    scores = validation_scores(refreshed, [1, 2], lab.valid_dir, metrics, nj=1)
    assert scores.keys() == {1, 2} == set(epochs_of(refreshed))
    assert scores[1] != scores[2]
    for figures in scores[2].values():
        assert figures["spread"] > 0
    assert -20 < scores[2]["si_snr"]["mean"] < 20 and 0 < scores[2]["stoi"]["mean"] < 1


def test_epochs_are_sorted_by_number(tmp_path):
    for name in ("10epoch.pth", "9epoch.pth", "checkpoint.pth", "valid.loss.best.pth"):
        (tmp_path / name).touch()
    assert epochs_of(tmp_path) == [9, 10]


def test_the_start_is_a_candidate_that_looks_like_an_epoch(tmp_path):
    (tmp_path / "start.pth").write_text("weights")
    (tmp_path / "3epoch.pth").touch()
    keep_start(tmp_path, tmp_path / "start.pth")
    assert epochs_of(tmp_path) == [START, 3]
    assert (tmp_path / "0epoch.pth").read_text() == "weights"
    same = {e: {"pesq": {"mean": 2.0}} for e in (START, 3)}
    assert select(same, {"pesq": 1.0}) == START


def test_mark_selected_replaces_its_link(tmp_path):
    for epoch in (1, 2):
        (tmp_path / f"{epoch}epoch.pth").write_text(str(epoch))
    for epoch in (1, 2, 2):
        mark_selected(tmp_path, epoch)
        assert (tmp_path / "selected.pth").read_text() == str(epoch)
    assert len(list(tmp_path.iterdir())) == 3
