"""The quality model under ESPnet's trainer: from a leaderboard to an assessor."""

import pytest
import torch
from lab import CONF, HEADS, build

from sqase.runtime import config
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.sqa.evaluation import evaluate, table
from sqase.sqa.model import MODES
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
    settings["model_conf"]["spread"] = dict.fromkeys(HEADS, 10.0)
    return build(SQATask, settings)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    waves = 0.1 * torch.randn(3, 4, 8000, generator=generator)
    return {
        **dict(zip(("speech", "noisy", "reference"), waves)),
        "speech_lengths": torch.full((4,), 8000),
        "labels": torch.tensor([[5.0, float("nan")]] * 4),
        "has_second": torch.tensor([[1, 1], [1, 1], [0, 0], [0, 0]]),
        "utterance": torch.tensor([[0], [1], [0], [1]]),
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
    model.train().mode_weights = (0, 0, 1)
    assert model(**batch)[1]["reference_picture"] == 0
    model.mode_weights = (1, 0, 0)
    assert model(**batch)[1]["reference_picture"] > 0


def test_only_clips_heard_blind_are_nudged(model, batch):
    def loss(adversarial, *mode_weights):
        model.train().mode_weights, model.adversarial = mode_weights, adversarial
        torch.manual_seed(0)
        return model(**batch)[1]["stoi"]

    assert loss(1.0, 1, 0, 0) != loss(0.0, 1, 0, 0)
    batch = {name: rows[:2] for name, rows in batch.items()}  # those with a reference
    assert loss(1.0, 0, 0, 1) == loss(0.0, 0, 0, 1)


def test_validation_is_repeatable_and_tells_the_modes_apart(model, batch):
    first, again = (model.eval()(**batch)[1] for _ in range(2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    losses = [first[f"loss_{mode}"] for mode in ("blind", "noisy", "reference")]
    assert len(set(map(float, losses))) == 3
    expected = (0.4 * losses[0] + 0.2 * losses[1] + 0.4 * losses[2]) / 1.0
    torch.testing.assert_close(first["loss"], expected)


def test_rows_without_second_signal_do_not_depend_on_it(model, batch):
    before = model.eval()(**batch)[0]
    batch["noisy"][2:], batch["reference"][2:] = 0.3, -0.3
    assert torch.equal(model(**batch)[0], before)
