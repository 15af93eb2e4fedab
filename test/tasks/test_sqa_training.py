"""The quality model under ESPnet's trainer: from a leaderboard to an assessor."""

import pytest
import torch
from lab import CONF, HEADS, build

from sqase.runtime import config
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.evaluation import evaluate, table
from sqase.sqa.modes import MODES
from sqase.sqa.prediction import predict_clips
from sqase.tasks.sqa import SQATask
from sqase.tasks.sqa_training import train_assessor

TINY = [
    "sqa_conf={backbone_conf: {dim: 12, channels: 4}, blocks: 2}",
    "batch_size=8",
    "optim_conf.lr=1.0e-2",
    "max_epoch=12",
]


@pytest.fixture(scope="module")
def trained(lab):
    output_dir = lab.root / "sqa"
    settings = config.load(CONF / "sqa.yaml", "smoke", TINY)
    board = lab.leaderboard
    train_assessor(settings, HEADS, board, board, output_dir, seed=1, ngpu=0)
    return output_dir


def test_the_assessor_knows_its_facts_and_learned_something(lab, trained):
    assessor = Assessor.load(trained / "assessor")
    board = Leaderboard(lab.leaderboard, HEADS)
    assert assessor.metrics == HEADS and assessor.config["spread"] == board.spread()
    assert set(assessor.config["directions"].values()) == {"higher"}
    column = HEADS.index("si_snr")
    labels = [v[column] for n, v in board.labels.items() if n.startswith("baseline")]
    expected = torch.tensor(labels).quantile(0.9).item()
    for ceilings in assessor.config["ceilings"].values():
        assert ceilings["si_snr"] == pytest.approx(expected, abs=1e-3)
        assert 0 < ceilings["stoi"] < 1
    predicted = {m: predict_clips(assessor, board, board.ids, m) for m in MODES}
    agreement = evaluate(board, predicted)
    modes = agreement["modes"]
    assert modes["reference"]["all"]["utterance"]["si_snr"]["lcc"] > 0.5
    assert modes["reference"]["outputs"]["utterance"]["si_snr"]["n"] == 12
    assert "si_snr" in table(agreement)


def test_a_head_without_labels_is_refused(lab):
    settings = config.load(CONF / "sqa.yaml", "smoke", TINY)
    options = settings, (*HEADS, "utmos"), lab.leaderboard, lab.leaderboard, lab.root
    with pytest.raises(ValueError, match="labels.jsonl: expected labels of utmos, a "):
        train_assessor(*options, seed=1, ngpu=0)


@pytest.fixture
def model(lab):
    settings = config.load(CONF / "sqa.yaml", "smoke", TINY)
    heads = {name: {"low": -20, "high": 35} for name in HEADS}
    settings["sqa_conf"]["heads"] = heads
    for name in ("spread", "local_spread"):
        settings["model_conf"][name] = dict.fromkeys(HEADS, 10.0)
    built = build(SQATask, settings)
    torch.nn.init.normal_(built.sqa.heads, std=0.25)  # as if they had learned
    return built


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    waves = 0.1 * torch.randn(3, 4, 8000, generator=generator)
    return {
        **dict(zip(("speech", "noisy", "reference"), waves)),
        "speech_lengths": torch.full((4,), 8000),
        "labels": torch.tensor([[5.0, float("nan")]] * 4),
        "has_second": torch.tensor([[1, 1, 1], [1, 1, 1], [0, 0, 0], [0, 0, 0]]),
        "committee": torch.stack([waves[0], 0.5 * waves[1]], dim=2),
        "members": torch.ones(4, 2, dtype=torch.long),
        "utterance": torch.tensor([[0, 0], [1, 1], [0, 0], [1, 1]]),
    }


def test_training_loss_reaches_the_weights_and_skips_missing_labels(model, batch):
    loss, stats, weight = model.train()(**batch)
    loss.backward()
    gradients = {name: p.grad for name, p in model.sqa.named_parameters()}
    assert all(g.isfinite().all() for g in gradients.values())
    head = gradients["heads"]
    assert head[0].abs().max() > 0 and head[1].abs().max() == 0
    assert stats["stoi"].isfinite() and stats["si_snr"].isnan() and weight == 4


def test_a_reference_that_is_heard_is_no_target(model, batch):
    model.train().mode_weights = (0, 0, 1, 0)
    assert model(**batch)[1]["reference_picture"] == 0
    model.mode_weights = (1, 0, 0, 0)
    assert model(**batch)[1]["reference_picture"] > 0


def test_only_clips_heard_blind_are_nudged(model, batch):
    def loss(adversarial, *mode_weights):
        model.train().mode_weights, model.adversarial = mode_weights, adversarial
        torch.manual_seed(0)
        return model(**batch)[1]["stoi"]

    assert loss(1.0, 1, 0, 0, 0) != loss(0.0, 1, 0, 0, 0)
    batch = {name: rows[:2] for name, rows in batch.items()}  # those with a reference
    assert loss(1.0, 0, 0, 1, 0) == loss(0.0, 0, 0, 1, 0)


def test_edits_are_compared_in_units_of_their_own_spread(model, batch):
    batch["labels"] = torch.tensor([[5.0, 1.0], [6.0, 1.0], [5.0, 1.0], [6.1, 1.0]])
    batch["has_second"] = torch.ones(4, 3, dtype=torch.long)
    model.train().adversarial, found = 0.0, {}
    for scale in (10.0, 1e6):
        model.local_spread[:] = scale
        torch.manual_seed(0)
        found[scale] = model(**batch)[1]
    assert found[10.0]["differences"] == found[1e6]["differences"] > 0
    assert found[10.0]["edits"] > 0 and found[1e6]["edits"] < 1e-6


def test_versions_of_an_utterance_are_heard_with_one_committee(model, batch):
    heard = []
    model.train().mode_weights = (0, 0, 0, 1)
    model.sqa.backbone.register_forward_pre_hook(lambda _, given: heard.append(given[1]))
    for rows in ("speech", "noisy", "reference", "committee"):
        batch[rows] = batch[rows][:1].expand(4, *batch[rows].shape[1:])
    batch["committee"] = torch.randn(1, 8000, 5).expand(4, 8000, 5)
    batch["members"] = torch.ones(4, 5, dtype=torch.long)
    batch["has_second"] = torch.ones(4, 3, dtype=torch.long)
    for _ in range(4):
        model(**batch)
    for second in heard:
        assert torch.equal(second[0], second[2]) and torch.equal(second[1], second[3])
    assert any(not torch.equal(second[0], second[1]) for second in heard)


def test_validation_is_repeatable_and_tells_the_modes_apart(model, batch):
    first, again = (model.eval()(**batch)[1] for _ in range(2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    losses = [first[f"loss_{mode}"] for mode in MODES]
    assert len(set(map(float, losses))) == len(MODES)
    expected = sum(w * loss for w, loss in zip((0.3, 0.15, 0.3, 0.25), losses))
    torch.testing.assert_close(first["loss"], expected)


def test_rows_without_second_signal_do_not_depend_on_it(model, batch):
    before = model.eval()(**batch)[0]
    batch["noisy"][2:], batch["reference"][2:] = 0.3, -0.3
    assert torch.equal(model(**batch)[0], before)
