"""A trained quality model with the facts that its users need; save and load."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Mapping

import numpy as np
import torch
from torch import nn

from sqase.fetched.hub import model_folder
from sqase.metrics.scoring import fault
from sqase.pretrained import ASSESSOR
from sqase.runtime.lookup import check_names
from sqase.sound import audio
from sqase.sqa.augment import same_quality
from sqase.sqa.folder import CONFIG, WEIGHTS, read, write
from sqase.sqa.model import SQAModel
from sqase.sqa.modes import mode_index

SAMPLE_RATE = 16000
PART_SECONDS = 30  # what is scored at once of a longer signal


class Assessor(nn.Module):
    """A quality model, frozen for use: eval mode, no gradient to its weights.

    The graph to the waveform is kept, so a score can supervise an enhancer.

    Example:
        >>> assessor = Assessor.from_pretrained("exp/sqa/assessor")  # doctest: +SKIP
        >>> assessor.score(wave, sample_rate=48000)  # doctest: +SKIP
        {'pesq_wb': 2.1, 'estoi': 0.78}
        >>> assessor.loss(enhanced).mean().backward()  # doctest: +SKIP

    Attributes:
        model: the network.
        config: {"model": arguments of `SQAModel`,
            "spread": {metric: standard deviation of the training labels},
            "directions": {metric: "higher" or "lower"},
            "ceilings": {mode: {metric: score beyond which there is nothing to gain}}}
    """

    def __init__(self, model: SQAModel, config: dict[str, Any]):
        super().__init__()
        self.model = model
        self.config = config
        self._changes = torch.Generator().manual_seed(0)  # those of `loss`
        self.freeze()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics predicted, in the order of the model's output."""
        return self.model.metrics

    @property
    def spread(self) -> torch.Tensor:
        """(metrics,) standard deviation of the training labels, metric units."""
        values = [self.config["spread"][name] for name in self.metrics]
        return torch.tensor(values, device=self.model.low.device)

    def sign(self, metric: str) -> int:
        """1 where a higher score of the metric is better, -1 where a lower one is."""
        return 1 if self.config["directions"][metric] == "higher" else -1

    def freeze(self) -> None:
        """Stop training the weights."""
        self.eval().requires_grad_(False)

    def unfreeze(self) -> None:
        """Go on training those weights that were trained."""
        self.train()
        for parameter in self.model.trained_parameters():
            parameter.requires_grad_(True)

    def forward(self, *args, **kwargs) -> torch.Tensor:
        """As `SQAModel.forward`, in float32 whatever autocast is active."""
        device = next(self.model.parameters()).device.type
        with torch.autocast(device, enabled=False):
            return self.model(*args, **kwargs)

    @torch.no_grad()
    def score(
        self,
        wave: np.ndarray | torch.Tensor,
        sample_rate: int,
        second: np.ndarray | torch.Tensor | None = None,
        mode: str = "blind",
    ) -> dict[str, float]:
        """Predict every metric of a signal.

        Args:
            wave: (time,) or (channels, time), floats; channels are averaged.
            sample_rate: Hz; other rates than 16 kHz are resampled.
            second, mode: what is heard beside it, of its shape, and what that is: see
                `loss`. Of a committee it may be (members, time).

        Returns:
            {metric: score} in metric units. A signal beyond 30 s is scored in equal
            parts of at most that length; the scores are their means.

        Raises:
            ValueError: another shape, or a signal that has no score: silent, shorter
                than 0.25 s, NaN or infinity inside.
        """
        signals = [self._usable(wave, sample_rate)]
        if second is not None:
            if mode == "committee" and np.ndim(second) == 2:
                signals += [audio.resample(s, sample_rate, SAMPLE_RATE) for s in second]
            else:
                signals.append(self._usable(second, sample_rate))
        for signal in signals[1:]:
            if len(signal) != len(signals[0]):
                raise ValueError(
                    f"score(): expected a second signal of {len(signals[0])} samples at "
                    f"16 kHz as the first has, got {len(signal)}. Cut both alike"
                )
        count = math.ceil(len(signals[0]) / (PART_SECONDS * SAMPLE_RATE))
        device = self.model.low.device
        scores = []
        for part in np.array_split(np.stack(signals, axis=1), count):
            heard = torch.from_numpy(part)[None].to(device)
            other = None if second is None else heard[:, :, 1:]
            scores.append(self(heard[:, :, 0], second=other, mode=mode)[0])
        return dict(zip(self.metrics, torch.stack(scores).mean(0).tolist()))

    @staticmethod
    def _usable(wave: np.ndarray | torch.Tensor, sample_rate: int) -> np.ndarray:
        """One channel at 16 kHz that has a score."""
        wave = np.asarray(torch.as_tensor(wave).detach().cpu(), dtype=np.float32)
        if wave.ndim == 2 and len(wave) <= wave.shape[1]:
            wave = wave.mean(axis=0)
        if wave.ndim != 1:
            raise ValueError(
                f"score(): expected shape (time,) or (channels, time), got {wave.shape}"
            )
        wave = audio.resample(wave, sample_rate, SAMPLE_RATE)
        if reason := fault("this", wave):
            raise ValueError(f"score(): {reason}")
        return wave

    def loss(
        self,
        enhanced: torch.Tensor,
        second: torch.Tensor | None = None,
        mode: str = "blind",
        heads: Mapping[str, float] | None = None,
    ) -> torch.Tensor:
        """How far signals are from where there is nothing to gain; see `shortfall`.

        Args:
            enhanced: (batch, time), 16 kHz.
            second: (batch, time), the noisy recording, the clean reference or the
                mean of a committee of other enhancers; or (batch, time, members), what
                each of them made.
            mode: what `second` is: "noisy", "reference" or "committee"; "blind"
                without it.
            heads: metric -> weight; None gives all metrics the same.

        Returns:
            (batch,), lower is better, at least 0, differentiable.

        Raises:
            ValueError: another shape, mode or metric; a mode without its signal.
        """
        scores = self.guiding_scores(enhanced, second, mode, generator=self._changes)
        return self.shortfall(scores, mode, heads or dict.fromkeys(self.metrics, 1.0))

    def guiding_scores(
        self,
        enhanced: torch.Tensor,
        second: torch.Tensor | None,
        mode: str,
        lengths: torch.Tensor | None = None,
        *,
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        """Scores to be guided by.

        Where a gradient is wanted, the signals are changed before they are heard (see
        `same_quality`), so that no chance pattern of one of them is learned.

        Args:
            enhanced, second, mode: see `loss`; `second` is not heard in mode blind.
            lengths: (batch,) valid samples.
            generator: of the changes; None makes none.

        Returns:
            (batch, metrics).
        """
        if mode_index(mode) == 0:
            second = None
        elif second is None:
            raise ValueError(f"mode {mode}: expected its second signal, got None")
        several = second is not None and second.ndim == 3
        signals = [enhanced.float()]
        if second is not None:
            signals += second.float().unbind(2) if several else [second.float()]
        for signal in signals:
            if signal.ndim != 2 or signal.shape != enhanced.shape:
                raise ValueError(
                    "loss: expected signals (batch, time) of one shape, got "
                    + " and ".join(str(tuple(s.shape)) for s in signals)
                )
        wanted = enhanced.requires_grad and torch.is_grad_enabled()
        if wanted and generator is not None:
            signals = same_quality(signals, generator)
        if second is not None:
            second = torch.stack(signals[1:], dim=2) if several else signals[1]
        return self(signals[0], lengths=lengths, second=second, mode=mode)

    def shortfall(
        self, scores: torch.Tensor, mode: str, heads: Mapping[str, float]
    ) -> torch.Tensor:
        """Weighted mean over heads of the hinged distance to the head's ceiling.

        Each distance is in units of the label spread, so a weight means the same for
        PESQ as for SI-SNR in dB. A head at its ceiling pulls no more.

        Args:
            scores: (batch, metrics), heard in `mode`.
            mode: one of `sqase.sqa.model.MODES`.
            heads: metric -> weight.

        Returns:
            (batch,).

        Raises:
            ValueError: a head that this assessor has not.
        """
        check_names("assessor head", heads, self.metrics)
        total = scores.new_zeros(len(scores))
        ceilings = self.config["ceilings"]
        ceilings = ceilings.get(mode) or ceilings["reference"]  # older than the mode
        for name, weight in heads.items():
            ceiling = ceilings[name]
            score = scores[:, self.metrics.index(name)]
            short = torch.relu(self.sign(name) * (ceiling - score))
            total = total + weight * short / self.config["spread"][name]
        return total / sum(heads.values())

    def save(self, folder: str | Path) -> None:
        """Write the folder of this assessor."""
        write(Path(folder), self.model, self.config)

    @classmethod
    def load(cls, folder: str | Path) -> "Assessor":
        """Load what `save` wrote; see `sqase.sqa.folder.read`."""
        return cls(*read(Path(folder)))

    @classmethod
    def from_pretrained(cls, model: str | Path = ASSESSOR) -> "Assessor":
        """Load an assessor from a folder, or by its name on the Hugging Face hub.

        Args:
            model: as for `sqase.fetched.hub.model_folder`; a folder never uses the
                network. Default: the small assessor that comes with the package.

        Raises:
            FileNotFoundError: no such folder or model, or no assessor in it.
        """
        return cls.load(model_folder(model, (CONFIG, WEIGHTS)))
