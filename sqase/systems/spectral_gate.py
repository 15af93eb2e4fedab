"""Spectral gating by the package noisereduce (Sainburg et al., 2020)."""


def spectral_gate(*, noisy, sample_rate, rng, **_):
    """Gate the mixture.

    Drawn: stationary or following noise estimate, proportion removed 0.6 to 1.
    """
    from noisereduce import reduce_noise

    return reduce_noise(
        y=noisy,
        sr=sample_rate,
        stationary=bool(rng.integers(2)),
        prop_decrease=rng.uniform(0.6, 1.0),
    )
