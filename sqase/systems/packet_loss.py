"""Lost packets in bursts (Gilbert, 1960), concealed simply or not at all."""

import numpy as np

from sqase.systems.source import any_source

PACKET_S = 0.02
FADE = 0.7  # of each repetition, so that a long burst dies away


def packet_loss(*, noisy, reference, enhanced, sample_rate, rng, **_):
    """Lose 20 ms packets of one of the signals.

    Drawn: loss rate 2 to 25 %, mean burst 1 to 4 packets, and whether a lost
    packet is silent or repeats the one before it, fading.
    """
    wave = any_source(rng, noisy=noisy, reference=reference, enhanced=enhanced)
    size = round(PACKET_S * sample_rate)
    count = -(-len(wave) // size)
    packets = np.pad(wave, (0, count * size - len(wave))).reshape(count, size)
    rate, burst = rng.uniform(0.02, 0.25), rng.uniform(1, 4)
    repeats = bool(rng.integers(2))
    lost = False
    for index, draw in enumerate(rng.random(count)):
        lost = draw < (1 - 1 / burst if lost else rate / (burst * (1 - rate)))
        if lost:
            packets[index] = FADE * packets[index - 1] if repeats and index else 0
    return packets.ravel()[: len(wave)]
