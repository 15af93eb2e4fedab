"""Another level and nothing else: quality does not change, so must no prediction."""

from sqase.systems.source import any_source


def gain(*, noisy, reference, enhanced, rng, **_):
    """Drawn: the gain, -20 to +6 dB; what would clip is scaled down to full scale."""
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    return wave * 10 ** (rng.uniform(-20, 6) / 20)
