"""Fixed presets of an enhancer's output: what is to be had without any training.

The arm `preset` is the baseline with the one that is best on the validation set. A gain
of guidance that is no larger shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sqase.runtime.text import read_json
from sqase.systems.edit import to_floor, to_power, with_gains

FILE = "preset.json"  # in a model's folder: the preset of its output
MASKS = {"power": to_power, "floor": to_floor}
KINDS = ("blend", *MASKS)


@dataclass(frozen=True)
class Preset:
    """A change of what an enhancer makes, the same for every signal.

    Attributes:
        kind: `blend`: with a part of the input; `power`: the gain of each time and
            frequency raised to it; `floor`: no gain below it.
        value: that part, 0 to 1; the power; the floor in dB.
    """

    kind: str
    value: float

    @property
    def name(self) -> str:
        """As `blend_0.05`."""
        return f"{self.kind}_{self.value:g}"

    def __call__(
        self, *, noisy: np.ndarray, enhanced: np.ndarray, sample_rate: int
    ) -> np.ndarray:
        """Change an output.

        Args:
            noisy, enhanced: input and output of the enhancer, `(time,)`, of 16 ms or
                more.
            sample_rate: Hz.

        Returns:
            float32 `(time,)`.
        """
        if self.kind == "blend":
            wave = (1 - self.value) * enhanced + self.value * noisy
        else:
            wave = with_gains(
                lambda mask: MASKS[self.kind](mask, self.value),
                enhanced=enhanced,
                noisy=noisy,
                sample_rate=sample_rate,
            )
        return wave.astype(np.float32)


PRESETS = (
    *(Preset("blend", part) for part in (0.05, 0.1, 0.2, 0.3)),
    *(Preset("power", power) for power in (0.6, 0.75, 0.9, 1.1, 1.25, 1.5)),
    *(Preset("floor", decibels) for decibels in (-20.0, -12.0)),
)


def read_preset(model_dir: str | Path) -> Preset | None:
    """The preset of a model; None where it has none.

    Raises:
        ValueError: the file holds something else.
    """
    path = Path(model_dir) / FILE
    if not path.is_file():
        return None
    content = read_json(path)
    kind, value = content.get("kind"), content.get("value")
    if kind not in KINDS or type(value) not in (int, float):
        raise ValueError(
            f"{path}: expected a kind ({', '.join(KINDS)}) and a value, a number, got "
            f"{content}. Choose the preset again"
        )
    return Preset(kind, value)


def refuse_preset(model_dir: str | Path) -> None:
    """Refuse a model with a preset where its network alone would be taken.

    Raises:
        ValueError: it has one.
    """
    if (Path(model_dir) / FILE).is_file():
        raise ValueError(
            f"enhancement model {model_dir}: expected a network alone, got one whose "
            f"output {FILE} changes. Give the model that it was made from"
        )
