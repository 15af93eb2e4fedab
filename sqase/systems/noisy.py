"""The mixture as it is: the lower anchor of every leaderboard."""


def noisy(*, noisy, **_):
    """Return the mixture."""
    return noisy
