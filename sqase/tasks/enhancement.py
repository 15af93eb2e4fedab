"""ESPnet's enhancement task with guidance; importing this registers everything.

Registration happens at import because ESPnet's multi-GPU training spawns
processes that import this module again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import espnet2.tasks.enh as enh
from espnet2.enh.separator.bsrnn_separator import BSRNNSeparator
from espnet2.utils.nested_dict_action import NestedDictAction
from espnet2.utils.types import str2bool

from sqase.data.listings import read_scp
from sqase.simulation.pool import Pool
from sqase.sqa.weights import load_weights
from sqase.tasks.band_split import quicken, start_as_identity
from sqase.tasks.batches import MixedBatches, drawn_batches, rank_and_world_size
from sqase.tasks.criterion import (
    CompressedSpectrumCriterion,
    FormulaCriterion,
    MultiResolutionL1Criterion,
    SQACriterion,
)
from sqase.tasks.fresh import FreshBatches, pairs
from sqase.tasks.fresh_on_device import FreshBatchesOnDevice
from sqase.tasks.model import Guide, GuidedEnhancementModel
from sqase.tasks.ranking import RankedWrapper
from sqase.tasks.trainer import ResumableTrainer
from sqase.tasks.wrapper import (
    AnchorWrapper,
    CommitteeWrapper,
    GuidedWrapper,
    ReferenceWrapper,
)


def register(choices, name: str, cls: type) -> None:
    """Add a class to one of ESPnet's tables.

    Raises:
        ValueError: the name is taken by another class or not lower case.
        TypeError: the class is not of the table's kind.
    """
    known = choices.classes.get(name)
    if name != name.lower() or known not in (None, cls):
        raise ValueError(f"{choices.name}: cannot register {name!r} (is {known})")
    if not issubclass(cls, choices.base_type):
        raise TypeError(f"{choices.name}: expected {choices.base_type}, got {cls}")
    choices.classes[name] = cls


register(enh.criterion_choices, "compressed_spectrum", CompressedSpectrumCriterion)
register(enh.criterion_choices, "multi_resolution_l1", MultiResolutionL1Criterion)
register(enh.criterion_choices, "formulas", FormulaCriterion)
register(enh.criterion_choices, "sqa", SQACriterion)
register(enh.loss_wrapper_choices, "reference", ReferenceWrapper)
register(enh.loss_wrapper_choices, "anchor", AnchorWrapper)
register(enh.loss_wrapper_choices, "committee", CommitteeWrapper)
register(enh.loss_wrapper_choices, "ranked", RankedWrapper)
register(enh.loss_wrapper_choices, "guided", GuidedWrapper)


def _true_or_device(value: str) -> bool | str:
    return value if value == "device" else str2bool(value)


class GuidedEnhancementTask(enh.EnhancementTask):
    """Enhancement with an assessor in the loop and rows without reference.

    Beyond the stock task: `iterator_type: task` draws the batches of
    `MixedBatches` (`batch_size` rows with a reference, `real_per_batch` without; or
    `batch_size` rows without, if no other are there),
    with `fresh_mixtures: true`, batches are those of `sqase.tasks.fresh`, from the
    `pool/` of the training set, with `device` those of `sqase.tasks.fresh_on_device`;
    the data file `utt2hasref` enters as `has_ref,text_int` and `committee.scp` as
    `committee,sound`; `guide_conf` holds
    the arguments of `sqase.tasks.model.Guide`; a band-split RNN is made quick, and
    `bfloat16: true` trains it with products of that precision.
    """

    trainer = ResumableTrainer

    @classmethod
    def add_task_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options of this task."""
        super().add_task_arguments(parser)
        group = parser.add_argument_group("Guidance")
        group.add_argument("--guide_conf", action=NestedDictAction, default={})
        group.add_argument("--real_per_batch", type=int, default=0)
        group.add_argument("--fresh_mixtures", type=_true_or_device, default=False)
        group.add_argument("--bfloat16", type=str2bool, default=False)
        parser.set_defaults(chunk_excluded_key_prefixes=["has_ref"])

    @classmethod
    def optional_data_names(cls, train=True, inference=False):
        """As the stock task, `has_ref` and `committee`."""
        known = super().optional_data_names(train, inference)
        return (*known, "has_ref", "committee")

    @classmethod
    def build_collate_fn(cls, args, train):
        """Sort the rows by length: recurrent separators pack them."""
        collate = super().build_collate_fn(args, train)

        def longest_first(data):
            return collate(sorted(data, key=lambda row: -len(row[1]["speech_mix"])))

        return longest_first

    @classmethod
    def build_model(cls, args: argparse.Namespace) -> GuidedEnhancementModel:
        """The stock model under our class; the same state dictionary."""
        model = super().build_model(args)
        model.__class__ = GuidedEnhancementModel
        if isinstance(model.separator, BSRNNSeparator):
            quicken(model.separator.bsrnn, getattr(args, "bfloat16", False))
            start_as_identity(model.separator.bsrnn)
        if getattr(args, "guide_conf", None):
            model.guide = Guide(**args.guide_conf)
            if model.guide.start:  # not by ESPnet's init_param, which may run code
                load_weights(model, model.guide.start, "the settings")
            for wrapper in model.loss_wrappers:
                if isinstance(wrapper.criterion, SQACriterion):
                    wrapper.criterion.bind(model.guide.assessor)
        return model

    @classmethod
    def build_task_iter_factory(cls, args, iter_options, mode):
        """Batches with a fixed number of rows of both kinds."""
        if mode != "train":
            return cls.build_sequence_iter_factory(args, iter_options, mode)
        files = {
            name: path for path, name, _ in iter_options.data_path_and_name_and_type
        }
        if args.fresh_mixtures:
            return _fresh_batches(args, files["speech_mix"], iter_options.collate_fn)
        ids = list(read_scp(files["speech_mix"]))
        flags = read_scp(files["has_ref"]) if "has_ref" in files else {}
        real = [name for name in ids if flags.get(name) == "0"]
        paired = [name for name in ids if flags.get(name) != "0"]
        batches = MixedBatches(
            paired,
            real,
            args.batch_size,
            args.real_per_batch,
            *rank_and_world_size(),
        )
        return drawn_batches(cls, args, iter_options, batches)


def _fresh_batches(args: argparse.Namespace, wav_scp: str, collate_fn) -> FreshBatches:
    pool = Path(wav_scp).parent / "pool"
    rank, world_size = rank_and_world_size()
    options = {
        "seed": args.seed,
        "batch_size": args.batch_size,
        "batches": args.num_iters_per_epoch,
        "num_workers": args.num_workers,
        "rank": rank,
        "world_size": world_size,
    }
    if args.fresh_mixtures == "device":
        device = "cuda" if args.ngpu else "cpu"
        return FreshBatchesOnDevice(Pool(pool, memory_gb=0), device, **options)
    return FreshBatches(pairs(Pool(pool)), collate_fn=collate_fn, **options)
