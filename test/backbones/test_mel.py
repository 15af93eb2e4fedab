"""Log-mel pictures against the waveforms that they are of."""

import torch

from sqase.backbones.mel import MelPicture


def test_over_time_is_the_power_of_the_valid_frames():
    picture = MelPicture(mels=40, window=512, hop=256)
    generator = torch.Generator().manual_seed(0)
    noise = 0.1 * torch.randn(1, 64000, generator=generator)
    wave = torch.cat([noise, 0.2 * noise], dim=1)  # mean power 0.52 of the first half's
    frames = picture(torch.cat([wave, 0.5 * wave]))
    keep = torch.ones(2, frames.shape[1], 1, dtype=torch.bool)
    loud, soft = picture.over_time(frames, keep)
    assert loud.shape == (41,)
    torch.testing.assert_close(
        loud - soft, torch.full((41,), 0.30103), atol=0.001, rtol=0
    )
    keep[:, 250:] = False
    first = picture.over_time(frames, keep)[0]
    ratio = torch.tensor(0.52).log10() / 2
    torch.testing.assert_close(loud[40] - first[40], ratio, atol=0.005, rtol=0)
    every = (10 ** (2 * first[:40])).sum().log10() / 2
    torch.testing.assert_close(first[40], every)
