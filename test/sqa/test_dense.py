"""The dense target: what the encoder is asked to hear in a clip."""

import torch

from sqase.sqa.dense import ReferencePicture

YES = torch.tensor([True, True])


def heard(module, frames=50):
    keep = torch.arange(frames) < torch.tensor([[frames], [frames // 2]])
    return torch.zeros(2, frames, module.predict.in_features) * keep[..., None], keep


def test_target_is_the_speech_in_the_clip_whatever_the_gains(speech):
    module = ReferencePicture(dim=4)
    frames, _ = heard(module)
    noise = 0.3 * torch.randn_like(speech)
    noise -= (
        speech
        * (speech * noise).sum(1, keepdim=True)
        / speech.square().sum(1, keepdim=True)
    )
    target = module.target(speech + noise, speech, frames)
    assert target.shape == (2, 50, 32)
    louder = module.target(2 * (speech + noise), 0.1 * speech, frames)
    torch.testing.assert_close(louder, target, atol=1e-4, rtol=0)
    clean = module.target(speech, speech, frames)
    drop = (clean - target).mean()  # the speech is a smaller share of the level
    assert 0.05 < drop < 1


def test_frames_of_padding_and_rows_without_reference_do_not_count(speech):
    module = ReferencePicture(dim=4)
    frames, keep = heard(module)
    loss = module(frames, keep, speech, speech.flip(0), YES)
    changed = frames.masked_fill(~keep[..., None], 5.0)
    assert torch.equal(module(changed, keep, speech, speech.flip(0), YES), loss)
    first = module(frames, keep, speech, speech.flip(0), torch.tensor([True, False]))
    other = torch.stack([speech[1], 0 * speech[1]])
    only = torch.tensor([True, False])
    assert torch.equal(module(frames, keep, speech, other, only), first)
    none = module(frames, keep, speech, 0 * speech, ~YES)
    none.backward()
    assert none == 0


def test_the_encoder_learns_from_it(speech):
    module = ReferencePicture(dim=4)
    frames, keep = heard(module)
    frames.requires_grad_()
    module(frames, keep, speech, speech, YES).backward()
    assert (frames.grad.abs().sum(2) > 0).equal(keep)
