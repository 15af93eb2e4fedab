"""What an assessor may hear beside a signal."""

MODES = ("blind", "noisy", "reference", "committee")


def mode_index(mode: str) -> int:
    """Position of a mode in `MODES`; ValueError if there is none of that name."""
    if mode not in MODES:
        raise ValueError(f"mode: expected one of {', '.join(MODES)}, got {mode!r}")
    return MODES.index(mode)
