"""Log-mel pictures against the waveforms that they are of."""

import torch
import torchaudio

from sqase.backbones.mel import MelPicture, correlation, mel_bank


def test_the_bank_is_that_of_torchaudio():
    expected = torchaudio.functional.melscale_fbanks(257, 0.0, 8000.0, 64, 16000)
    torch.testing.assert_close(mel_bank(257, 64), expected, atol=2e-5, rtol=0)


def test_over_time_is_the_power_of_the_valid_frames():
    picture = MelPicture(mels=40, window=512, hop=256)
    generator = torch.Generator().manual_seed(0)
    noise = 0.1 * torch.randn(1, 64000, generator=generator)
    wave = torch.cat([noise, 0.2 * noise], dim=1)  # mean power 0.52 of the first half's
    frames = picture(torch.cat([wave, 0.5 * wave]))
    keep = torch.ones(2, frames.shape[1], 1, dtype=torch.bool)
    loud, soft = picture.over_time(frames, keep)
    assert loud.shape == (40,)
    torch.testing.assert_close(
        loud - soft, torch.full((40,), 0.30103), atol=0.001, rtol=0
    )
    keep[:, 250:] = False
    first = picture.over_time(frames, keep)[0]
    ratio = (10 ** (2 * loud)).sum() / (10 ** (2 * first)).sum()
    torch.testing.assert_close(ratio, torch.tensor(0.52), atol=0.005, rtol=0)


def test_correlation_is_that_of_the_envelopes_around_a_frame():
    generator = torch.Generator().manual_seed(0)
    own, other = torch.rand(2, 2, 60, 3, generator=generator)
    keep = torch.ones(2, 60, dtype=torch.bool)
    keep[1, 50:] = False
    alike, spectra_alike = correlation(own, other, keep, 25)
    for row, frame, band in [(0, 30, 0), (0, 2, 1), (1, 45, 2)]:
        window = slice(max(0, frame - 12), min(frame + 13, 50 if row else 60))
        x, y = (10 ** z[row, window, band] for z in (own, other))
        expected = torch.corrcoef(torch.stack([x, y]))[0, 1]
        torch.testing.assert_close(alike[row, frame, band], expected, atol=1e-3, rtol=0)
    assert not alike[1, 50:].any() and not spectra_alike[1, 50:].any()
