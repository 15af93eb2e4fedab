"""A corpus of seconds, an assessor and a baseline, to train the shipped arms with."""

import os
from pathlib import Path

import numpy as np
import signals
import torch
import yaml
from assessors import HEADS, write_assessor

from sqase.data.data_dir import write_labels, write_scp
from sqase.data.listings import read_scp
from sqase.data.rows import combine
from sqase.metrics import score
from sqase.runtime import config
from sqase.sound import audio
from sqase.tasks.arms import arm_settings, hears_committee
from sqase.tasks.enhance import SELECTED
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.network import NETWORK
from sqase.tasks.training import enhancement_files, train

TEST = Path(__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{TEST}{os.pathsep}{TEST.parent}"}
"""For a process that imports this module and the package."""

CONF = TEST.parent / "egs/folders/conf"
TINY = [
    "encoder_conf={n_fft: 128, hop_length: 64}",
    "decoder_conf={n_fft: 128, hop_length: 64}",
    "separator_conf={rnn_type: lstm, layer: 2, unit: 16}",
    "optim_conf.lr=2.0e-3",
    "batch_size=2",
    "num_iters_per_epoch=10",
    "guidance.heads=null",
    "guidance.real.heads=null",
    f"guidance.heads={dict.fromkeys(HEADS, 1.0)}",
    f"guidance.real.heads={dict.fromkeys(HEADS, 1.0)}",
    f"guidance.refresh.metrics=[{', '.join(HEADS)}]",
    "guidance.refresh.clips=20",  # of the outputs of several updates
    "guidance.refresh.bystander=true",
    f"targets.ranked.wrapper_conf.heads=[{', '.join(HEADS)}]",
    "arms.metricgan.heads=null",
    "arms.metricgan.heads={stoi: 1.0}",
    "arms.metricgan.refresh.metrics=[stoi]",
]
"""Overrides of conf/se_guided.yaml: a network and heads that train in a second."""

DROPOUT = "separator_conf.dropout=0.2"  # training then uses the global generator
FORGETFUL = "guidance.refresh.keep=1"
NO_GUIDANCE = ["guidance.weight=0.0", "guidance.real.weight=0.0"]


class Lab:
    """All that training an arm needs, under one folder.

    Attributes:
        train_dir, valid_dir, real_dir: data directories.
        simulated_dir, mixed_dir: what arms train on: the first of these, and it with
            the third, with a committee.
        conf: the settings of the arms.
        leaderboard: the inputs of `train_dir` and their references, labelled.
        assessor: folder of a small random one.
        baseline: checkpoint of a small random enhancer.
    """

    def __init__(self, root: Path):
        self.root = root
        self.train_dir, self.valid_dir = root / "train", root / "valid"
        self.real_dir, self.mixed_dir = root / "real", root / "mixed"
        self.simulated_dir, self.conf = root / "simulated", "se_guided.yaml"
        self.leaderboard, self.assessor = root / "leaderboard", root / "assessor"
        self.baseline = root / "baseline.pth"

    def write(self) -> "Lab":
        """Make everything."""
        _write_set(self.train_dir, range(12))
        _write_set(self.valid_dir, range(20, 22))
        _write_set(self.real_dir, range(30, 34), with_reference=False)
        committee = self.root / "committee"
        for folder in (self.train_dir, self.real_dir):
            _write_committee(committee / folder.name, folder)
        made = {d: committee / d.name for d in (self.train_dir, self.real_dir)}
        combine(self.simulated_dir, [self.train_dir], None, None, made)
        combine(self.mixed_dir, [self.train_dir], self.real_dir, None, made)
        _write_leaderboard(self.leaderboard, self.train_dir)
        write_assessor(self.assessor)
        settings = config.load(CONF / "se.yaml", "smoke", TINY[:3])
        torch.save(build(GuidedEnhancementTask, settings).state_dict(), self.baseline)
        return self

    def settings(self, arm: str, output_dir: Path, *overrides: str) -> dict:
        """ESPnet's settings of an arm."""
        return arm_settings(
            self._settings(overrides),
            arm,
            baseline=self.baseline,
            assessor=self.assessor,
            leaderboard=self.leaderboard,
            output_dir=output_dir,
            seed=1,
        )

    def _settings(self, overrides) -> dict:
        network = config.load(CONF / "se.yaml", "smoke")
        network = {key: network[key] for key in NETWORK if key in network}
        settings = config.load(CONF / self.conf, "smoke", [*TINY, *overrides])
        settings = config.merge(network, settings)
        settings.pop("adaptation", None)
        return settings

    def train(self, arm: str, name: str, *overrides: str, extra=()) -> Path:
        """Train an arm, 20 updates unless told otherwise, in the folder `name`."""
        output_dir = self.root / name
        settings = self._settings(overrides)
        hears = any(hears_committee(settings, arm, real=real) for real in (False, True))
        has_real = arm.endswith("_real")
        files = enhancement_files(self.mixed_dir if has_real else self.simulated_dir)
        train(
            GuidedEnhancementTask,
            self.settings(arm, output_dir, *overrides),
            [file for file in files if hears or file[1] != "committee"],
            enhancement_files(self.valid_dir),
            output_dir,
            seed=1,
            extra=extra,
        )
        return output_dir


def build(task: type, settings: dict):
    """The model that a task builds from settings, with fixed random weights."""
    args = task.get_parser().parse_args(["--output_dir", "unused"])
    for key, value in settings.items():
        assert hasattr(args, key), f"{task.__name__} has no option {key}"
        setattr(args, key, value)
    torch.manual_seed(0)
    return task.build_model(args)


def write_enhancer(folder: Path) -> Path:
    """A folder as the training of a small bidirectional enhancer leaves it."""
    overrides = [*TINY[:2], "separator_conf={rnn_type: blstm, layer: 1, unit: 8}"]
    settings = config.load(CONF / "se.yaml", "smoke", overrides)
    args = GuidedEnhancementTask.get_parser().parse_args(["--output_dir", "unused"])
    folder.mkdir(parents=True)
    torch.save(build(GuidedEnhancementTask, settings).state_dict(), folder / SELECTED)
    (folder / "config.yaml").write_text(yaml.safe_dump(vars(args) | settings))
    return folder


def loop_state(output_dir: Path, epoch: int = 2) -> dict:
    """What the training keeps beside the weights, after an epoch."""
    return torch.load(output_dir / f"loop/{epoch}epoch.pth", "cpu", weights_only=True)


def weights(output_dir: Path, epoch: int = 2) -> dict[str, torch.Tensor]:
    """The weights of an epoch."""
    return torch.load(output_dir / f"{epoch}epoch.pth", "cpu", weights_only=True)


def equal(first, second) -> bool:
    """Whether two states (mappings, lists, tensors, ...) are the same to the bit."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(
            equal(first[key], second[key]) for key in first
        )
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(equal, first, second))
    if hasattr(first, "tobytes"):  # NaN labels are equal to themselves
        return first.shape == second.shape and first.tobytes() == second.tobytes()
    if isinstance(first, torch.Tensor):
        return equal(first.detach().numpy(), second.detach().numpy())
    return first == second


def _write_set(folder: Path, numbers: range, with_reference: bool = True) -> None:
    """Pairs of 1 s at SNRs from 0 to 15 dB."""
    columns: dict[str, dict] = {"wav.scp": {}, "spk1.scp": {}, "utt2spk": {}}
    for n in numbers:
        clean = 0.25 * signals.speech_like(1, n)
        noisy = signals.mix(clean, signals.noise_like(1, n), 5.0 * (n % 4))
        for file, wave in (("wav.scp", noisy), ("spk1.scp", clean)):
            columns[file][f"{n:03}"] = folder / f"{file}-{n:03}.wav"
            audio.write(columns[file][f"{n:03}"], wave, 16000)
        columns["utt2spk"][f"{n:03}"] = f"speaker{n // 2}"
    if not with_reference:
        del columns["spk1.scp"]
    for file, mapping in columns.items():
        write_scp(folder / file, mapping)


def _write_leaderboard(folder: Path, data_dir: Path) -> None:
    """Two systems, the perfect one and one that changes nothing, with true labels."""
    noisy, clean = (read_scp(data_dir / name) for name in ("wav.scp", "spk1.scp"))
    names = ("wav.scp", "noisy.scp", "spk1.scp", "utt2sys", "utt2utt")
    names += ("committee.scp", "utt2members")
    committee = {utt: _write_members(folder, utt, noisy, clean) for utt in noisy}
    columns: dict[str, dict] = {name: {} for name in names}
    rows = []
    for system, paths in (("clean", clean), ("baseline_e1", noisy)):
        for utt, path in paths.items():
            clip = f"{system}-{utt}"
            facts = path, noisy[utt], clean[utt], system, utt, committee[utt], "0 2"
            for name, fact in zip(names, facts, strict=True):
                columns[name][clip] = fact
            waves = [audio.read(p)[0] for p in (clean[utt], path)]
            scores = score(
                HEADS, reference=waves[0], enhanced=waves[1], sample_rate=16000
            )
            labels = {name: scores[name].value for name in HEADS}
            rows.append({"id": clip, "system": system, "metrics": labels})
    for name, mapping in columns.items():
        write_scp(folder / name, mapping)
    kinds = {"clean": "clean", "baseline_e1": "enhancer"}
    write_scp(folder / "sys2kind", kinds)
    write_labels(folder / "labels.jsonl", rows)


def _write_committee(folder: Path, data_dir: Path) -> None:
    """A committee that makes of each row its reference, if it has one, and others."""
    noisy = read_scp(data_dir / "wav.scp")
    clean = data_dir / "spk1.scp"
    clean = read_scp(clean) if clean.is_file() else noisy
    made = {utt: _write_members(folder, utt, noisy, clean) for utt in noisy}
    write_scp(folder / "committee.scp", made)


def _write_members(folder: Path, utt: str, noisy: dict, clean: dict) -> Path:
    """Three members of a committee: in between, the clean speech (or the recording, a
    little lower), the recording."""
    first, last = (audio.read(paths[utt])[0] for paths in (clean, noisy))
    first = 0.9 * first if clean is noisy else first
    path = folder / f"members-{utt}.flac"
    audio.write(path, np.stack([(first + last) / 2, first, last], axis=1), 16000)
    return path
