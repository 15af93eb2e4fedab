"""What every backbone in the table owes the quality model."""

import pytest
import signals
import torch

from sqase.backbones import BACKBONES

LENGTHS = torch.tensor([32000, 24000])


@pytest.fixture(params=BACKBONES)
def backbone(request):
    conf = {}
    if request.param == "wavlm":
        conf["weights"] = request.getfixturevalue("wavlm_folder")
    torch.manual_seed(0)
    return BACKBONES.load(request.param)(**conf).eval()


@pytest.fixture
def speech():
    """Two rows of 2 s, the second padded with zeros from 1.5 s on."""
    rows = torch.stack([torch.from_numpy(signals.speech_like(2, s)) for s in (0, 1)])
    rows[1, LENGTHS[1] :] = 0
    return rows


@pytest.fixture
def second():
    rows = torch.stack([torch.from_numpy(signals.noise_like(2, s)) for s in (0, 1)])
    rows[1, LENGTHS[1] :] = 0
    return rows


BOTH, NONE = torch.tensor([True, True]), torch.tensor([False, False])


def test_shapes_and_zeros_beyond_the_frames(backbone, speech, second):
    features, frames = backbone(speech, second, BOTH, LENGTHS)
    assert features.shape == (2, int(frames.max()), backbone.dim)
    assert 0 < frames[1] < frames[0] and features.isfinite().all()
    assert features[1, frames[1] :].abs().max() == 0
    assert features[1, : frames[1]].abs().sum(dim=-1).min() > 0


def test_padding_further_changes_nothing(backbone, speech, second):
    features, frames = backbone(speech, second, BOTH, LENGTHS)
    longer = (torch.nn.functional.pad(x, (0, 7000)) for x in (speech, second))
    padded, same_frames = backbone(*longer, BOTH, LENGTHS)
    assert same_frames.tolist() == frames.tolist()
    for row, valid in enumerate(frames.tolist()):
        torch.testing.assert_close(
            padded[row, :valid], features[row, :valid], atol=1e-5, rtol=1e-4
        )


def test_second_signal_counts_where_there_is_one_and_only_there(
    backbone, speech, second
):
    with_second, _ = backbone(speech, second, BOTH, LENGTHS)
    other, _ = backbone(speech, speech, BOTH, LENGTHS)
    assert (with_second - other).abs().max() > 1e-3
    without, _ = backbone(speech, second, NONE, LENGTHS)
    again, _ = backbone(speech, 0 * second, NONE, LENGTHS)
    torch.testing.assert_close(without, again)


@pytest.mark.parametrize("has_second", [BOTH, NONE])
def test_gradient_reaches_every_valid_sample(backbone, speech, second, has_second):
    speech = (speech + 1e-3 * second).requires_grad_()  # no exact zeros
    features, _ = backbone(speech, second, has_second, LENGTHS)
    features.square().sum().backward()
    assert speech.grad.isfinite().all()
    for row, length in enumerate(LENGTHS.tolist()):
        assert (speech.grad[row, :length] != 0).float().mean() > 0.999
