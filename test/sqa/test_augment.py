"""Changes of a clip leave its labels true: the true metrics say so."""

import pytest
import signals
import torch

from sqase.metrics import score
from sqase.sqa.augment import MAX_SHIFT, MAX_TILT, same_quality

BOUNDS = {"pesq_wb": 0.05, "estoi": 0.02, "si_snr": 0.15}


@pytest.mark.parametrize("snr", [-5, 5, 15])
def test_intrusive_metrics_hardly_move(snr):
    """Of many changes, those with the strongest tilt either way are scored."""
    clean = 0.5 * signals.speech_like(4, 0)
    noisy = signals.mix(clean, signals.noise_like(4, 1), snr)
    rows = [torch.from_numpy(x).expand(100, -1) for x in (clean, noisy)]
    changed = same_quality(rows, torch.Generator().manual_seed(0))
    loudness = changed[0].square().mean(1)
    before = scores(clean, noisy)
    for row in (loudness.argmin(), loudness.argmax()):
        after = scores(*(signal[row].numpy() for signal in changed))
        for name, bound in BOUNDS.items():
            assert 0 < abs(before[name].value - after[name].value) < bound, name


def scores(reference, enhanced):
    return score(
        list(BOUNDS), reference=reference, enhanced=enhanced, sample_rate=16000
    )


def test_rows_are_changed_alike_in_all_signals_and_within_bounds():
    impulse = torch.zeros(50, 1000)
    impulse[:, 100] = 1
    generator = torch.Generator().manual_seed(0)
    first, second = same_quality([impulse, 2 * impulse], generator)
    assert torch.equal(second, 2 * first)
    position = first.argmax(dim=1)
    assert len(position.unique()) == 1 and 0 < position[0] - 100 < MAX_SHIFT
    tilt = first[torch.arange(50), position + 1]
    assert len(tilt.unique()) > 40 and 0.9 * MAX_TILT < tilt.abs().max() <= MAX_TILT
    assert tilt.min() < 0 < tilt.max()


def test_differentiable_seeded_and_apart_from_the_global_generator():
    wave = torch.randn(2, 500, requires_grad=True)
    state = torch.get_rng_state()
    first, again = (
        same_quality([wave], torch.Generator().manual_seed(5))[0] for _ in range(2)
    )
    assert torch.equal(first, again) and torch.equal(torch.get_rng_state(), state)
    first.sum().backward()
    assert (wave.grad.abs() > 0.5).all()
