"""Lost packets, concealed simply or not at all."""

from sqase.degradations.packet_loss import PacketLoss
from sqase.systems.source import any_source


def packet_loss(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Lose packets of one of the signals; strengths as `PacketLoss` draws them."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    return PacketLoss.draw(rng).apply(wave, sample_rate, rng)
