"""The training objective: known answers, missing labels, units."""

import pytest
import torch

from sqase.sqa.model import SQAModel
from sqase.sqa.objective import (
    comparison_loss,
    difference_loss,
    multi_metric_loss,
)

NAN = float("nan")


def test_known_answer_with_missing_labels():
    predicted = torch.tensor([[0.0, 0.0], [0.0, 0.0]], requires_grad=True)
    labels = torch.tensor([[0.5, NAN], [3.0, NAN]])
    loss, per_metric = multi_metric_loss(predicted, labels, torch.ones(2))
    expected = (0.5 * 0.5**2 + (3.0 - 0.5)) / 2  # Huber: quadratic up to 1, then linear
    torch.testing.assert_close(loss.item(), expected)
    assert per_metric[0] == loss and per_metric[1].isnan()
    loss.backward()
    assert (
        predicted.grad[:, 0].abs().min() > 0 and predicted.grad[:, 1].abs().max() == 0
    )


def test_units_do_not_matter():
    predicted, labels = torch.randn(2, 5, 3).unbind(0)
    spread, unit = torch.tensor([0.1, 1.0, 9.0]), torch.tensor([1000.0, 0.01, 3.0])
    plain, _ = multi_metric_loss(predicted, labels, spread)
    scaled, _ = multi_metric_loss(predicted * unit, labels * unit, spread * unit)
    torch.testing.assert_close(plain, scaled)


def test_every_metric_has_the_same_say_however_many_labels_it_has():
    labels = torch.full((4, 2), NAN)
    labels[:, 0], labels[0, 1] = 1.0, 1.0
    loss, per_metric = multi_metric_loss(torch.zeros(4, 2), labels, torch.ones(2))
    assert loss == per_metric.mean() == 0.5


def test_no_label_at_all_is_zero_with_a_graph():
    predicted = torch.randn(3, 2, requires_grad=True)
    loss, per_metric = multi_metric_loss(
        predicted, torch.full((3, 2), NAN), torch.ones(2)
    )
    loss.backward()
    assert loss == 0 and per_metric.isnan().all()
    assert predicted.grad.abs().max() == 0


@pytest.fixture
def model():
    torch.manual_seed(0)
    return SQAModel({"stoi": {"low": 0, "high": 1}}, backbone_conf={"dim": 6})


def test_comparison_learns_signed_differences_within_an_utterance(model):
    summaries = torch.randn(5, 6, requires_grad=True)
    utterance = torch.tensor([7, 3, 7, 3, 9])
    labels = torch.tensor([[1.0, 5], [2.0, NAN], [3.0, 6], [NAN, 2.0], [0.0, 0.0]])
    scale = torch.tensor([2.0, -1.0])  # of the second metric, less is better
    loss = comparison_loss(model, summaries, utterance, labels, scale)
    expected = ((1 - 3) / 2 + (5 - 6) / -1) / 2  # pair 1, 3 has no label in common
    error = model.compare(summaries[:1], summaries[2:3]) - expected
    torch.testing.assert_close(loss, error.square().squeeze() / 2)
    loss.backward()
    assert summaries.grad[[0, 2]].abs().min() > 0
    assert summaries.grad[[1, 3, 4]].abs().max() == 0


def test_without_a_pair_the_comparison_is_zero_with_a_graph(model):
    summaries = torch.randn(2, 6, requires_grad=True)
    labels = torch.zeros(2, 1)
    loss = comparison_loss(
        model, summaries, torch.tensor([0, 1]), labels, torch.ones(1)
    )
    loss.backward()
    assert loss == 0 and summaries.grad.isfinite().all()


def test_differences_count_within_a_group_alone_and_where_labels_are():
    labels = torch.tensor([[1.0, 5.0], [2.0, 6.0], [7.0, 9.0], [4.0, torch.nan]])
    predicted = torch.tensor([[3.0, 0.0], [4.5, 0.0], [0.0, 0.0], [6.0, 0.0]])
    unit = torch.tensor([0.5, 2.0])
    groups = torch.tensor([8, 8, 1, 1])
    # errors: 0.5 / 0.5 and 1 / 2 in the first group, 9 / 0.5 in the other
    expected = (0.5 + 0.125 + 17.5) / 3
    found = difference_loss(predicted.requires_grad_(), labels, groups, unit)
    assert found.item() == pytest.approx(expected)
    alone = difference_loss(predicted, labels, torch.arange(4), unit)
    alone.backward()
    assert alone == 0 and not predicted.grad.any()
