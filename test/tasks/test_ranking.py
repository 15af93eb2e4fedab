"""Targets that a judge picks: which candidates there are, and when it is heeded."""

import pytest
import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.model import SQAModel
from sqase.tasks.ranking import candidates, pick


class Judge(SQAModel):
    """Likes a level: the first head that of 0.3, the second that of 0.3 or, in rows that
    begin with 1, that of 0.1."""

    def forward(self, speech, lengths=None, second=None, mode="blind"):
        assert mode == "committee"
        likes = torch.where(second[:, 0, 0] == 1, 0.1, 0.3)
        level = speech[:, 1]
        return torch.stack([(level - 0.3).abs(), -(level - likes).abs()], dim=1)


@pytest.fixture
def judge():
    heads = {"less": {"low": -1, "high": 1}, "more": {"low": -1, "high": 1}}
    config = {"directions": {"less": "lower", "more": "higher"}}
    return Assessor(Judge(heads, backbone_conf={"dim": 8, "channels": 2}), config)


def test_candidates_are_means_of_members_the_output_and_presets():
    members = torch.randn(2, 100, 3)
    plain, output, noisy = torch.randn(3, 2, 100)
    found = candidates(plain, members, output, noisy)
    assert found.shape == (8, 2, 100)
    assert torch.equal(found[0], plain)
    torch.testing.assert_close(found[1], members.mean(2))
    torch.testing.assert_close(found[2], members[:, :, 1:].mean(2))
    torch.testing.assert_close(found[4], members[:, :, :2].mean(2))
    assert torch.equal(found[5], output)
    torch.testing.assert_close(found[6], output + 0.1 * (noisy - output))


def test_a_pick_is_one_that_all_heads_agree_on_else_the_mean(judge):
    found = torch.tensor([0.5, 0.1, 0.3])[:, None, None].expand(3, 2, 8).clone()
    found[:, 0, 0], found[:, 1, 0] = 0.0, 1.0
    lengths = torch.tensor([8, 8])
    assert pick(judge, found, found[0, :, :, None], lengths, ["less", "more"]).tolist() == [2, 0]
    assert pick(judge, found, found[0, :, :, None], lengths, ["less"]).tolist() == [2, 2]
    assert pick(judge, found, found[0, :, :, None], lengths, ["more"]).tolist() == [2, 1]
