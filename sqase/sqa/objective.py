"""Training objectives of the quality model over partly missing labels."""

from __future__ import annotations

import torch

from sqase.sqa.model import SQAModel


def multi_metric_loss(
    predicted: torch.Tensor, labels: torch.Tensor, spread: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean over metrics of the Huber error in units of the label spread.

    Dividing by the spread gives every metric the same say, whatever its unit
    (on raw scales an SDR in dB^2 outweighs an ESTOI by a factor of a thousand).

    Args:
        predicted: (batch, metrics), in the metrics' units.
        labels: (batch, metrics); NaN where a label is missing.
        spread: (metrics,) standard deviation of the training labels.

    Returns:
        loss: scalar, the mean over the metrics that have a label in the batch;
            zero (with a graph) when none has.
        per_metric: (metrics,), detached, NaN for metrics without a label.
    """
    present = ~torch.isnan(labels)
    error = (predicted - torch.where(present, labels, predicted.detach())) / spread
    huber = torch.nn.functional.huber_loss(
        error, torch.zeros_like(error), reduction="none"
    )
    count = present.sum(0)
    per_metric = (huber * present).sum(0) / count.clamp(min=1)
    loss = per_metric.sum() / (count > 0).sum().clamp(min=1)
    return loss, per_metric.detach().masked_fill(count == 0, float("nan"))


def comparison_loss(
    model: SQAModel,
    summaries: torch.Tensor,
    utterance: torch.Tensor,
    labels: torch.Tensor,
    scale: torch.Tensor,
) -> torch.Tensor:
    """Mean Huber error of `delta_quality` over the pairs of clips of one utterance.

    Args:
        model: whose `compare` is trained.
        summaries: (batch, dim), of `SQAModel.summary`.
        utterance: (batch,) number of the utterance that a clip was made from.
        labels: (batch, metrics); NaN where a label is missing.
        scale: (metrics,) label spread, negative for metrics where less is better.

    Returns:
        Scalar; zero (with a graph) without a pair.
    """
    first, other = _pairs(utterance)
    target = ((labels[first] - labels[other]) / scale).nanmean(1)
    predicted = model.compare(summaries[first], summaries[other])
    known = ~torch.isnan(target)
    errors = torch.nn.functional.huber_loss(
        predicted[known], target[known], reduction="sum"
    )
    return errors / known.sum().clamp(min=1)


def difference_loss(
    predicted: torch.Tensor,
    labels: torch.Tensor,
    group: torch.Tensor,
    unit: torch.Tensor,
) -> torch.Tensor:
    """Mean Huber error of how much better one row is than another of its group.

    Guidance follows the gradient of the scores. A network may tell well which of two
    recordings is the better one and yet be wrong on which of two versions of one
    recording is; their differences are small beside those between recordings.

    Args:
        predicted: (batch, metrics), in the metrics' units.
        labels: (batch, metrics); NaN where missing.
        group: (batch,) integers; rows with the same one are compared.
        unit: (metrics,) a difference of one unit costs as much in each metric.

    Returns:
        Scalar; zero (with a graph) without a pair.
    """
    first, other = _pairs(group)
    target = labels[first] - labels[other]
    known = ~torch.isnan(target)
    error = (predicted[first] - predicted[other] - target.nan_to_num()) / unit
    huber = torch.nn.functional.huber_loss(
        error, torch.zeros_like(error), reduction="none"
    )
    return (huber * known).sum() / known.sum().clamp(min=1)


def _pairs(group: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Indices of all pairs of rows of one group, each pair once."""
    same = torch.triu(group[:, None] == group, diagonal=1)
    return same.nonzero(as_tuple=True)
