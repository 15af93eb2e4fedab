"""The quality model: backbone, encoder, pooling per metric, bounded heads, judge."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

import torch
from torch import nn

from sqase.backbones import BACKBONES
from sqase.formulas import FORMULAS
from sqase.sqa.known import Known
from sqase.sqa.modes import MODES, mode_index

LEVEL = 0.05  # RMS of the sound of every input inside the model (-26 dBFS)
FRAME = 320  # samples, 20 ms, that are sound or pause


class Heard(NamedTuple):
    """What the network makes of a signal.

    Attributes:
        frames: features (batch, frames, dim).
        keep: (batch, frames) bool, which of them are valid.
        known: (batch, metrics), what the heads say before they have heard anything.
    """

    frames: torch.Tensor
    keep: torch.Tensor
    known: torch.Tensor


class SQAModel(nn.Module):
    """Predict quality metrics of a waveform.

    The one network works in four modes: *blind* hears the signal alone, *noisy* also
    hears the unprocessed recording, *reference* the clean reference, and *committee*
    what stands in for it where there is none: what several other enhancers made of the
    recording, and the mean of that.
    Every input is brought to the same RMS level, so gain changes nothing; nor does
    digital silence at its end.

    Args:
        heads: metric name -> {"low": x, "high": y}; the bounds of its scale, either
            of which may be infinite.
        backbone: name in `sqase.backbones.BACKBONES`.
        backbone_conf: its arguments.
        blocks: residual convolution blocks of the encoder, dilations 1, 2, 4, ...
        formulas: whether the heads start from the metrics themselves, computed against
            the second signal where that is a reference or a committee, and learn what
            to correct; see `sqase.sqa.known`.
    """

    def __init__(
        self,
        heads: Mapping[str, Mapping[str, float]],
        backbone: str = "logmel",
        backbone_conf: Mapping[str, Any] | None = None,
        blocks: int = 4,
        formulas: bool = False,
    ):
        super().__init__()
        self.metrics = tuple(heads)
        self.backbone = BACKBONES.load(backbone)(**(backbone_conf or {}))
        dim = self.backbone.dim
        self.mode = nn.Embedding(len(MODES), dim)
        self.blocks = nn.ModuleList(_Block(dim, 2**i) for i in range(blocks))
        self.attention = nn.Linear(dim, len(heads))
        self.heads = nn.Parameter(torch.randn(len(heads), dim) / dim**0.5)
        self.bias = nn.Parameter(torch.zeros(len(heads)))
        low = [float(h["low"]) for h in heads.values()]
        high = [float(h["high"]) for h in heads.values()]
        self.register_buffer("low", torch.tensor(low), persistent=False)
        self.register_buffer("high", torch.tensor(high), persistent=False)
        self.known = None
        if formulas and FORMULAS.keys() & set(heads):
            self.known = Known(self.metrics, self.low, self.high, dim)
            nn.init.zeros_(self.heads)
        self.judge = nn.Sequential(
            nn.Linear(2 * dim, dim), nn.GELU(), nn.Linear(dim, 1, bias=False)
        )
        self.register_load_state_dict_pre_hook(_add_modes)
        self._trained = [n for n, p in self.named_parameters() if p.requires_grad]

    def trained_parameters(self) -> list[nn.Parameter]:
        """What training changes: all but the weights of a frozen backbone."""
        return [self.get_parameter(name) for name in self._trained]

    def forward(
        self,
        speech: torch.Tensor,
        lengths: torch.Tensor | None = None,
        second: torch.Tensor | None = None,
        mode: torch.Tensor | str = "blind",
    ) -> torch.Tensor:
        """Predict every metric in its own unit, within its [low, high].

        Arguments and shape are those of `logits`.
        """
        return self.bounded(self.logits(speech, lengths, second, mode))

    def bounded(self, logits: torch.Tensor) -> torch.Tensor:
        """Scores of logits: each head is bounded where its scale is, on both sides,
        on one or on none."""
        from_below, from_above = self.low.isfinite(), self.high.isfinite()
        low = torch.where(from_below, self.low, 0.0)
        high = torch.where(from_above, self.high, 0.0)
        bounded = low + (high - low) * torch.sigmoid(logits)
        above = low + nn.functional.softplus(logits)
        below = high - nn.functional.softplus(-logits)
        open_ = torch.where(from_below, above, torch.where(from_above, below, logits))
        return torch.where(from_below & from_above, bounded, open_)

    def delta_quality(
        self,
        first: torch.Tensor,
        other: torch.Tensor,
        lengths: torch.Tensor | None = None,
        second: torch.Tensor | None = None,
        mode: torch.Tensor | str = "blind",
    ) -> torch.Tensor:
        """How much better one version of a recording is than another.

        Args:
            first, other: (batch, time), 16 kHz, both of `lengths` valid samples.
            lengths, second, mode: see `logits`; the same for both versions.

        Returns:
            (batch,) mean difference over the metrics, each in units of its label
            spread and signed so that more is better; turned around with its inputs.
        """
        heard = [self.hear(x, lengths, second, mode) for x in (first, other)]
        return self.compare(*map(self.summary, heard))

    def logits(
        self,
        speech: torch.Tensor,
        lengths: torch.Tensor | None = None,
        second: torch.Tensor | None = None,
        mode: torch.Tensor | str = "blind",
    ) -> torch.Tensor:
        """What the heads say before it is brought into the range of each metric.

        Args:
            speech: (batch, time), 16 kHz.
            lengths: (batch,) valid samples; all valid when None.
            second: (batch, time), the recording, the reference or the committee's
                mean, or (batch, time, members), what each member made, zeros for
                those that are none; may be None when every row is blind.
            mode: one of `MODES` for all rows, or (batch,) indices into it.

        Returns:
            (batch, metrics), unbounded.
        """
        return self.read(self.hear(speech, lengths, second, mode))

    def hear(
        self,
        speech: torch.Tensor,
        lengths: torch.Tensor | None = None,
        second: torch.Tensor | None = None,
        mode: torch.Tensor | str = "blind",
    ) -> Heard:
        """What the encoder makes of a signal; the arguments are those of `logits`."""
        if lengths is None:
            lengths = torch.full_like(speech[:, 0], speech.shape[1], dtype=torch.long)
        if isinstance(mode, str):
            mode = torch.full_like(lengths, mode_index(mode))
        has_second = mode > 0
        if second is None:
            if bool(has_second.any()):
                raise ValueError("mode: expected blind without a second signal")
            second = torch.zeros_like(speech)
        valid = torch.arange(speech.shape[1], device=speech.device) < lengths[:, None]
        speech = level(speech * valid)
        members = second[:, :, None] if second.ndim == 2 else second
        members = members * valid[:, :, None]
        second = level(mean_signal(members))
        heard = torch.where(has_second[:, None], speech.abs() + second.abs(), speech)
        lengths = torch.minimum(lengths, _end_of_sound(heard))
        x, frames = self.backbone(speech, second, has_second, lengths)
        keep = torch.arange(x.shape[1], device=x.device) < frames[:, None]
        x = x + self.mode(mode)[:, None]
        known = x.new_zeros(len(x), len(self.metrics))
        if self.known is not None:
            known, told = self.known(speech, second, members, lengths, mode)
            x = x + told[:, None]
        x = x * keep[..., None]
        for block in self.blocks:
            x = block(x, keep)
        return Heard(x, keep, known)

    def read(self, heard: Heard) -> torch.Tensor:
        """Logits of all heads, (batch, metrics), from what `hear` gave."""
        x, keep, known = heard
        scores = self.attention(x).masked_fill(~keep[..., None], float("-inf"))
        pooled = torch.einsum("btm,btd->bmd", scores.softmax(1), x)
        return known + (pooled * self.heads).sum(-1) + self.bias

    @staticmethod
    def summary(heard: Heard) -> torch.Tensor:
        """Mean over the valid frames of what `hear` gave, (batch, dim)."""
        x, keep, _ = heard
        return (x * keep[..., None]).sum(1) / keep.sum(1, keepdim=True)

    def compare(self, first: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """`delta_quality` of summaries, each (batch, dim); -> (batch,)."""
        there, back = torch.cat([first, other], 1), torch.cat([other, first], 1)
        return (self.judge(there) - self.judge(back)).squeeze(1)


def _add_modes(model: SQAModel, state: dict[str, torch.Tensor], prefix, *_) -> None:
    """Let weights that are older than the mode committee hear it as a reference."""
    rows = state.get(f"{prefix}mode.weight")
    if rows is not None and len(rows) == mode_index("committee"):
        state[f"{prefix}mode.weight"] = torch.cat([rows, rows[mode_index("reference")][None]])


class _Block(nn.Module):
    """Residual dilated convolution over frames; padding stays zero."""

    def __init__(self, dim: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.wide = nn.Conv1d(dim, dim, 3, padding=dilation, dilation=dilation)
        self.narrow = nn.Conv1d(dim, dim, 1)

    def forward(self, x: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
        y = (self.norm(x) * keep[..., None]).transpose(1, 2)
        y = self.narrow(nn.functional.gelu(self.wide(y))).transpose(1, 2)
        return (x + y) * keep[..., None]


def mean_signal(signals: torch.Tensor) -> torch.Tensor:
    """(batch, time, signals) -> (batch, time), the mean of those that are not zero."""
    there = (signals != 0).any(1).sum(1).clamp(min=1)
    return signals.sum(2) / there[:, None]


@torch.no_grad()
def _end_of_sound(wave: torch.Tensor) -> torch.Tensor:
    """(batch,) samples up to the last one within 100 dB of the largest, at least 1.

    So appended digital silence is not heard.
    """
    wave = wave.abs()
    sound = wave > 1.0e-5 * wave.amax(1, keepdim=True)
    number = torch.arange(1, wave.shape[1] + 1, device=wave.device)
    return (sound * number).amax(1).clamp(min=1)


def level(wave: torch.Tensor) -> torch.Tensor:
    """Bring the sound of each row to RMS `LEVEL`; pauses do not count.

    Sound are the frames within 40 dB of the loudest. What is beyond the valid
    samples must be zero.
    """
    frames = nn.functional.pad(wave, (0, -wave.shape[1] % FRAME))
    power = frames.unflatten(1, (-1, FRAME)).square().mean(2)
    sound = power >= 1.0e-4 * power.amax(1, keepdim=True).detach()
    mean = (power * sound).sum(1, keepdim=True) / sound.sum(1, keepdim=True)
    return wave * (LEVEL / (mean + 1.0e-10).sqrt())
