"""Enhanced speech with a part of the mixture: an enhancer that does less."""


def blend_noisy(*, noisy, enhanced, rng, **_):
    """Drawn: the part of the mixture, 0.1 to 0.8."""
    part = rng.uniform(0.1, 0.8)
    return part * noisy + (1 - part) * enhanced
