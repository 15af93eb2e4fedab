"""The reference as it is: the upper anchor. A few suffice, all their labels equal."""


def clean(*, reference, **_):
    """Return the reference."""
    return reference
