"""ESPnet's enhancement model with what guidance needs around it."""

from __future__ import annotations

import copy

import torch
from espnet2.enh.espnet_model import ESPnetEnhancementModel

from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Batch
from sqase.sqa.weights import load_weights
from sqase.tasks.refresh import Refresher


class Guide:
    """The assessor in the loop and the starting model, made when first needed.

    Neither is a submodule of the enhancer: they are not optimised by its
    optimiser, not in its checkpoints, and not touched by its `train()`.

    Args:
        assessor: folder of the assessor to start from.
        start: checkpoint that the training starts from; also the starting model of the
            anchor and the refreshes.
        refresh: arguments of `Refresher`; None leaves the assessor frozen.
    """

    def __init__(
        self,
        assessor: str | None = None,
        start: str | None = None,
        refresh: dict | None = None,
    ):
        self.folder, self.start = assessor, start
        self._refresh = refresh
        self._assessor: Assessor | None = None
        self._refresher: Refresher | None = None
        self._starting_model: ESPnetEnhancementModel | None = None

    def assessor(self) -> Assessor:
        """The assessor as it is now."""
        if self._assessor is None:
            if self.folder is None:
                raise ValueError(
                    "guide_conf: expected an assessor, got none. "
                    "Give its folder as guide_conf: {assessor: ...}"
                )
            self._assessor = Assessor.load(self.folder)
        return self._assessor

    def refresher(self) -> Refresher | None:
        """The closed loop, if there is one."""
        if self._refresh is not None and self._refresher is None:
            self._refresher = Refresher(self.assessor(), **self._refresh)
        return self._refresher

    def starting_model(self, like: ESPnetEnhancementModel) -> ESPnetEnhancementModel:
        """A frozen copy of the model as it was before training."""
        if self._starting_model is None:
            if self.start is None:
                raise ValueError(
                    "guide_conf: expected the starting model, got none. "
                    "Give its checkpoint as guide_conf: {start: ...}"
                )
            model = ESPnetEnhancementModel(
                encoder=copy.deepcopy(like.encoder),
                separator=copy.deepcopy(like.separator),
                decoder=copy.deepcopy(like.decoder),
                mask_module=copy.deepcopy(like.mask_module),
                loss_wrappers=[],
                normalize_variance=like.normalize_variance,
                normalize_variance_per_ch=like.normalize_variance_per_ch,
            )
            load_weights(model, self.start, "the settings")
            self._starting_model = model.eval().requires_grad_(False)
        return self._starting_model


def enhance(
    model: ESPnetEnhancementModel,
    mix: torch.Tensor,
    lengths: torch.Tensor,
    level: torch.Tensor | None = None,
) -> torch.Tensor:
    """The output of an ESPnet enhancement model, levels as in its training.

    Args:
        model: for one speaker.
        mix: (batch, time).
        lengths: (batch,).
        level: (batch, 1) standard deviation of the signals that `mix` is a part of,
            for a model that normalises it; None where `mix` is the whole.

    Returns:
        (batch, time).
    """
    if not (model.normalize_variance or model.normalize_variance_per_ch):
        level = torch.ones(())
    elif level is None:
        level = torch.std(mix, dim=1, keepdim=True)
    level = level.clamp(min=1.0e-8)
    return model.forward_enhance(mix / level, lengths, {}, fs=None)[0][0] * level


class GuidedEnhancementModel(ESPnetEnhancementModel):
    """Stock model whose loss wrappers also learn about rows without reference.

    A row without reference carries its input as a stand-in in `speech_ref1` and
    0 in `has_ref`. The state dictionary is that of the stock model.
    """

    guide: Guide | None = None
    _row_facts: dict = {}

    def forward(self, speech_mix, speech_mix_lengths=None, **kwargs):
        """As the stock model, plus rows of further kinds, which may be left out.

        Args:
            speech_mix, speech_mix_lengths: see the stock model.
            kwargs: `has_ref` (batch, 1) integers; `committee` (batch, time, members),
                what published enhancers made of the rows.
        """
        has_ref, committee = kwargs.pop("has_ref", None), kwargs.pop("committee", None)
        for name in ("has_ref_lengths", "committee_lengths"):
            kwargs.pop(name, None)
        if has_ref is None:
            has_ref = torch.ones(len(speech_mix), dtype=torch.bool)
        has_ref = has_ref.reshape(-1).bool().to(speech_mix.device)
        if not bool(has_ref.all()):
            self._refuse_stock_wrappers()
        self._row_facts = {
            "has_ref": has_ref,
            "speech_mix": speech_mix,
            "speech_lengths": speech_mix_lengths,
            "committee": committee,
        }
        try:
            return super().forward(speech_mix, speech_mix_lengths, **kwargs)
        finally:
            self._row_facts = {}

    def forward_loss(
        self, speech_pre, speech_lengths, feature_mix, feature_pre, others, speech_ref,
        *args, **kwargs,
    ):  # fmt: skip
        """As the stock model; observes the outputs for the closed loop."""
        facts = self._row_facts
        mix, committee = (
            None if facts[name] is None else _as_long(facts[name], speech_ref[0])
            for name in ("speech_mix", "committee")
        )
        facts = {
            **facts,
            "speech_mix": mix,
            "committee": committee,
            "judge": lambda: self.guide.assessor(),
            "speech_lengths": speech_lengths,
            "parameters": [p for p in self.parameters() if p.requires_grad],
            "signal_terms": [],
            "start": lambda rows: self._start(mix[rows], speech_lengths[rows.cpu()]),
            "refreshes": self._refreshes(),
        }
        loss, stats, weight, perm = super().forward_loss(
            speech_pre, speech_lengths, feature_mix, feature_pre,
            {**(others or {}), **facts}, speech_ref, *args, **kwargs,
        )  # fmt: skip
        if self.training and self.guide is not None:
            stats.update(self._observe(speech_pre[0], speech_ref[0], facts))
        return loss, stats, weight, perm

    @torch.no_grad()
    def _start(self, mix: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """What the starting model makes of recordings, (batch, time)."""
        model = self.guide.starting_model(self).to(mix.device)
        output = enhance(model, mix, lengths)  # as long as the longest of them
        return torch.nn.functional.pad(output, (0, mix.shape[1] - output.shape[1]))

    def _refreshes(self) -> int:
        refresher = self.guide.refresher() if self.guide else None
        return 0 if refresher is None else refresher.refreshes

    def _observe(self, enhanced, reference, facts) -> dict[str, torch.Tensor]:
        refresher = self.guide.refresher()
        if refresher is None:
            return {}
        has_ref, committee = facts["has_ref"], facts["committee"]
        always = torch.ones_like(has_ref)
        committee = torch.zeros_like(enhanced) if committee is None else committee
        heard = (committee != 0).flatten(1).any(1)
        outputs = Batch(
            speech=enhanced.detach().float(),
            noisy=facts["speech_mix"].float(),
            reference=reference.float() * has_ref[:, None],
            committee=committee.float(),
            lengths=facts["speech_lengths"].long(),
            modes=torch.stack([always, always, has_ref, heard], dim=1),
            labels=torch.full(
                (len(has_ref), len(self.guide.assessor().metrics)), torch.nan
            ),
        ).to(torch.device("cpu"))

        def start(mix: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            return self._start(mix.to(enhanced), lengths.to(enhanced.device)).cpu()

        gaps = refresher.observe(outputs, start)
        return {name: enhanced.new_tensor([value]) for name, value in gaps.items()}

    def _refuse_stock_wrappers(self) -> None:
        for wrapper in self.loss_wrappers:
            if not getattr(wrapper, "handles_missing_references", False):
                raise ValueError(
                    f"criterion {wrapper.criterion.name}: expected a wrapper that "
                    f"knows rows without reference, got {type(wrapper).__name__}, "
                    "which would train towards the unprocessed input. "
                    "Use wrapper: reference"
                )

    def loop_state(self) -> dict:
        """State beside the weights; see `sqase.tasks.trainer`."""
        refresher = self.guide.refresher() if self.guide else None
        return {
            "wrappers": {
                w.criterion.name: w.loop_state()
                for w in self.loss_wrappers
                if hasattr(w, "loop_state")
            },
            "refresher": None if refresher is None else refresher.loop_state(),
        }

    def load_loop_state(self, state: dict) -> None:
        """Take what `loop_state` gave."""
        for wrapper in self.loss_wrappers:
            if hasattr(wrapper, "load_loop_state"):
                wrapper.load_loop_state(state["wrappers"][wrapper.criterion.name])
        if state["refresher"] is not None:
            self.guide.assessor().to(next(self.parameters()).device)
            self.guide.refresher().load_loop_state(state["refresher"])


def _as_long(signals: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(batch, time) or (batch, time, signals), cut or filled with zeros to the time of
    another one: a batch's longest recording and longest committee may differ."""
    time = like.shape[1]
    lacking = [0] * (2 * (signals.ndim - 2)) + [0, max(0, time - signals.shape[1])]
    return torch.nn.functional.pad(signals[:, :time], lacking)
