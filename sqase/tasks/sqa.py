"""Training of the quality model as an ESPnet task."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Mapping, Sequence

import torch
from espnet2.tasks.abs_task import AbsTask
from espnet2.torch_utils.device_funcs import force_gatherable
from espnet2.train.abs_espnet_model import AbsESPnetModel
from espnet2.train.collate_fn import CommonCollateFn
from espnet2.utils.nested_dict_action import NestedDictAction

from sqase.data.listings import read_scp
from sqase.metrics import METRICS
from sqase.sqa.attack import nudge
from sqase.sqa.augment import same_quality
from sqase.sqa.clips import Batch
from sqase.sqa.dense import ReferencePicture
from sqase.sqa.draws import draw_modes, some_members
from sqase.sqa.model import SQAModel
from sqase.sqa.modes import MODES, mode_index
from sqase.sqa.objective import comparison_loss, difference_loss, multi_metric_loss
from sqase.sqa.weights import load_weights
from sqase.tasks.batches import PairedBatches, drawn_batches, rank_and_world_size
from sqase.tasks.trainer import ResumableTrainer

# SNR of nudges in dB: below what moves the true scores of noisy clips
NUDGE_DB = 32.0
# Of the label spread: the unit of differences between the clips of one utterance
DIFFERENCE = 0.25


class ESPnetSQAModel(AbsESPnetModel):
    """The quality model with its objective, as ESPnet's trainer wants it.

    Args:
        sqa: the network.
        spread: metric -> standard deviation of the training labels.
        local_spread: the same among the edits of one output: the unit of their
            differences, so that small ones count.
        mode_weights: how often a clip is heard in each of `MODES`.
        comparison: weight of comparing the clips of one utterance in a batch, as the
            judge does.
        differences: weight of the same, head by head (`difference_loss`), and of that
            between the edits of one output.
        dense: weight of hearing the reference in a clip, see `sqase.sqa.dense`.
        adversarial: share of the clips heard blind that get a small change which
            makes the network mishear them (`sqase.sqa.attack.nudge`).
    """

    def __init__(
        self,
        sqa: SQAModel,
        spread: Mapping[str, float],
        local_spread: Mapping[str, float],
        mode_weights: Sequence[float] = (0.3, 0.15, 0.3, 0.25),
        comparison: float = 0.2,
        differences: float = 0.5,
        dense: float = 1.0,
        adversarial: float = 0.1,
    ):
        super().__init__()
        self.sqa = sqa
        self.mode_weights = list(mode_weights)
        values = torch.tensor([spread[name] for name in sqa.metrics])
        self.register_buffer("spread", values, persistent=False)
        local = torch.tensor([local_spread[name] for name in sqa.metrics])
        self.register_buffer("local_spread", local, persistent=False)
        signs = torch.tensor([METRICS.load(name).sign for name in sqa.metrics])
        self.register_buffer("signed_spread", signs * values, persistent=False)
        self.comparison, self.differences, self.dense = comparison, differences, dense
        self.adversarial = adversarial
        self.reference_picture = ReferencePicture(sqa.backbone.dim)

    def forward(
        self,
        speech,
        speech_lengths,
        labels,
        noisy,
        reference,
        has_second,
        utterance,
        committee=None,
        members=None,
        **kwargs,
    ):
        """One batch.

        Args:
            speech, noisy, reference: (batch, time); the last two repeat the
                first where there is none.
            speech_lengths: (batch,).
            labels: (batch, metrics), NaN where missing.
            has_second: (batch, 3) integers: has noisy, reference, committee.
            utterance: (batch, 2) number of the utterance that a clip was made from, and
                whether it is an edit of an output.
            committee: (batch, time, members), what each of them made; None without.
            members: (batch, members) integers: may be in the clip's committee.
        """
        generator = torch.Generator().manual_seed(int(torch.randint(2**31, (1,))))
        like = _first_of(2 * utterance[:, 0] + utterance[:, 1])
        blind = torch.ones_like(has_second[:, :1])
        modes = torch.cat([blind, has_second], dim=1).bool()
        if committee is None:
            heard = torch.zeros_like(speech)
        elif self.training:
            heard = some_members(committee, members.bool(), generator, like)
        else:
            heard = committee * members[:, None]
        sound = speech, noisy, reference, heard
        batch = Batch(*sound, speech_lengths, modes, labels.float())
        if self.training:
            loss, stats = self._train_step(batch, *utterance.T, like, generator)
        else:
            loss, stats = self._validate_step(batch)
        stats["loss"] = loss.detach()
        return force_gatherable((loss, stats, len(speech)), loss.device)

    def _train_step(self, batch: Batch, utterance, is_edit, like, generator):
        """Each clip in one mode, changed in passing; all parts of the objective."""
        mode = draw_modes(batch.modes.cpu(), self.mode_weights, generator)
        mode = _shared(mode.to(batch.speech.device), batch.modes, utterance)
        sound = [batch.speech, batch.noisy, batch.reference, *batch.committee.unbind(2)]
        speech, noisy, reference, *members = same_quality(sound, generator, like)
        batch = replace(
            batch,
            speech=speech,
            noisy=noisy,
            reference=reference,
            committee=torch.stack(members, dim=2),
        )
        batch = replace(batch, speech=self._nudged(batch, mode, generator))
        heard = self.sqa.hear(batch.speech, batch.lengths, batch.second(mode), mode)
        predicted = self.sqa.bounded(self.sqa.read(heard))
        loss, per_metric = multi_metric_loss(predicted, batch.labels, self.spread)
        summaries = self.sqa.summary(heard)
        compared = comparison_loss(
            self.sqa, summaries, utterance, batch.labels, self.signed_spread
        )
        unheard = mode != mode_index("reference")
        pictured = self.reference_picture(
            *(heard.frames, heard.keep),
            *(batch.speech, batch.reference, batch.modes[:, 2] & unheard),
        )
        stats = dict(zip(self.sqa.metrics, per_metric))
        group = len(MODES) * utterance + mode
        differ = difference_loss(
            predicted, batch.labels, group, DIFFERENCE * self.spread
        )
        edits = is_edit.bool()
        local = difference_loss(
            predicted[edits], batch.labels[edits], group[edits], self.local_spread
        )
        loss = loss + self.differences * (differ + local)
        stats["differences"], stats["edits"] = differ.detach(), local.detach()
        stats["delta_quality"] = compared.detach()
        stats["reference_picture"] = pictured.detach()
        return loss + self.comparison * compared + self.dense * pictured, stats

    def _nudged(self, batch: Batch, mode, generator) -> torch.Tensor:
        """The clips, a share of those heard blind with an adversarial change."""
        drawn = torch.rand(len(mode), generator=generator) < self.adversarial
        rows = drawn.to(mode.device) & (mode == 0)
        speech = batch.speech
        if rows.any():
            lengths = batch.lengths[rows]
            changed = nudge(
                self.sqa, speech[rows], lengths, snr_db=NUDGE_DB, generator=generator
            )
            speech = speech.index_put((rows,), changed)
        return speech

    def _validate_step(self, batch: Batch):
        """Every clip in every mode that it can be heard in."""
        total, stats = batch.speech.new_zeros(()), {}
        for index, name in enumerate(MODES):
            mode = torch.where(batch.modes[:, index], index, 0)
            predicted = self.sqa(batch.speech, batch.lengths, batch.second(mode), mode)
            loss, _ = multi_metric_loss(predicted, batch.labels, self.spread)
            total = total + self.mode_weights[index] * loss
            stats[f"loss_{name}"] = loss.detach()
        return total / sum(self.mode_weights), stats

    def collect_feats(self, **batch):
        """Nothing to collect: the model normalises its own input."""
        return {}


def _shared(
    mode: torch.Tensor, possible: torch.Tensor, utterance: torch.Tensor
) -> torch.Tensor:
    """Modes with all clips of an utterance in that of its first, where they can be."""
    first = _first_of(utterance)
    able = possible.gather(1, mode[first][:, None]).squeeze(1)
    return torch.where(able, mode[first], mode)


def _first_of(group: torch.Tensor) -> torch.Tensor:
    """The first row of the group of each row, (batch,)."""
    return (group[:, None] == group).int().argmax(1)


class SQATask(AbsTask):
    """Trains an `SQAModel`; options `sqa_conf` (its arguments), `model_conf` and
    `start` (the weights that it starts from).

    `iterator_type: task` draws `PairedBatches`; the data file `utterance` says which
    clips were made from one utterance.
    """

    num_optimizers = 1
    class_choices_list: list = []
    trainer = ResumableTrainer

    @classmethod
    def add_task_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options of this task."""
        group = parser.add_argument_group("Quality model")
        group.add_argument("--sqa_conf", action=NestedDictAction, default={})
        group.add_argument("--model_conf", action=NestedDictAction, default={})
        group.add_argument("--start", default=None)

    @classmethod
    def build_collate_fn(cls, args, train):
        """Pad with zeros."""
        return CommonCollateFn(float_pad_value=0.0, int_pad_value=0)

    @classmethod
    def build_preprocess_fn(cls, args, train):
        """Clips are heard as they are."""
        return None

    @classmethod
    def required_data_names(cls, train=True, inference=False):
        """See `ESPnetSQAModel.forward`."""
        return ("speech", "labels", "noisy", "reference", "has_second", "utterance")

    @classmethod
    def optional_data_names(cls, train=True, inference=False):
        """Where there is a committee."""
        return ("committee", "members")

    @classmethod
    def build_model(cls, args: argparse.Namespace) -> ESPnetSQAModel:
        """Build the network and its objective."""
        model = SQAModel(**args.sqa_conf)
        if args.start:  # not by ESPnet's init_param, which may run code
            load_weights(model, args.start, "the settings")
        return ESPnetSQAModel(model, **args.model_conf)

    @classmethod
    def build_task_iter_factory(cls, args, iter_options, mode):
        """Batches of pairs."""
        files = {
            name: path for path, name, _ in iter_options.data_path_and_name_and_type
        }
        facts = {n: v.split() for n, v in read_scp(files["utterance"]).items()}
        utterances = {name: utterance for name, (utterance, _) in facts.items()}
        edits = {name: utterances[name] for name in facts if facts[name][1] == "1"}
        batches = PairedBatches(
            utterances, edits, args.batch_size, *rank_and_world_size()
        )
        return drawn_batches(cls, args, iter_options, batches)
