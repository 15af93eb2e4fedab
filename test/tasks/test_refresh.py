"""The closed loop by itself: true labels, a refresh late, and what it learns."""

import math

import pytest
import torch
from lab import HEADS

from sqase.metrics import score
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Batch, Leaderboard
from sqase.tasks.refresh import Refresher


@pytest.fixture
def refresher(lab, tmp_path):
    found = Refresher(
        Assessor.load(lab.assessor),
        lab.leaderboard,
        tmp_path,
        metrics=HEADS,
        every=2,
        clips=8,
        batch=8,
        lr=1.0e-2,
        modes=(0.0, 0.0, 1.0, 0.0),
    )
    yield found
    found.pool.close()


@pytest.fixture
def outputs(lab):
    """Four clips as an enhancer's outputs; the last one has no reference."""
    board = Leaderboard(lab.leaderboard, HEADS)
    batch = board.batch([n for n in board.ids if board.systems[n] != "clean"][:4])
    batch.modes[3, 2], batch.reference[3] = False, 0.0
    batch.labels[:] = math.nan
    return batch


def start(noisy, lengths):
    """A starting model that halves the loudest part and passes the rest."""
    return noisy.clamp(-0.1, 0.1)


def truth(outputs, row, metric):
    pair = {"reference": outputs.reference, "enhanced": outputs.speech}
    waves = {name: wave[row].numpy() for name, wave in pair.items()}
    return score([metric], **waves, sample_rate=16000)[metric].value


def heads_and_encoder(refresher):
    named = refresher.assessor.model.named_parameters()
    return [p for name, p in named if not name.startswith("judge.")]


def test_labels_are_true_and_come_one_refresh_late(refresher, outputs):
    weights = [p.clone() for p in heads_and_encoder(refresher)]
    gaps = [refresher.observe(outputs, start) for _ in range(4)]
    assert all(math.isnan(v) for gap in gaps[:3] for v in gap.values())
    (clips,) = refresher.replay.clips.values()
    rows = (clips.noisy[:, None] == outputs.noisy).all(2).nonzero()[:, 1]
    assert rows[:4].sort().values.tolist() == [0, 1, 2, 3]
    assert torch.equal(rows[:4], rows[4:])
    assert torch.equal(clips.speech[:4], outputs.speech[rows[:4]])
    expected = start(outputs.noisy, outputs.lengths)[rows[4:]]
    torch.testing.assert_close(clips.speech[4:], expected, atol=1 / 32768, rtol=0)
    for place, row in enumerate(rows.tolist()):
        for label, metric in zip(clips.labels[place].tolist(), HEADS):
            expected = math.nan if row == 3 else truth(clips, place, metric)
            assert label == pytest.approx(expected, rel=1e-4, nan_ok=True)
    assert not any(
        torch.equal(p, q) for p, q in zip(weights, heads_and_encoder(refresher))
    )
    assert not refresher.assessor.training


def test_gap_is_predicted_minus_true_before_learning(lab, refresher, outputs):
    for _ in range(4):
        gap = refresher.observe(outputs, start)
    before = Assessor.load(lab.assessor)
    rows = outputs.rows(torch.arange(3))
    predicted = before(rows.speech, second=rows.reference, mode="reference").mean(0)
    for metric, value in zip(HEADS, predicted.tolist()):
        true = sum(truth(outputs, row, metric) for row in range(3)) / 3
        assert gap[metric] == pytest.approx(value - true, rel=1e-3)


def test_the_assessor_learns_its_enhancers_outputs(refresher, outputs):
    gaps = [refresher.observe(outputs, start)["si_snr"] for _ in range(30)]
    known = [abs(gap) for gap in gaps if not math.isnan(gap)]
    assert len(known) == 14 and known[-1] < 0.3 * known[0]


def test_the_assessor_learns_what_was_gained_since_the_start(refresher, outputs):
    def differ():
        """Mean error of the difference, in the spread of labels."""
        outs, befores = outputs.speech[:3], start(outputs.noisy[:3], None)
        both = torch.cat([outs, befores])
        second = outputs.reference[:3].repeat(2, 1)
        said = refresher.assessor(both, second=second, mode="reference").detach()
        pair = Batch.join([outputs.rows(slice(3)), outputs.rows(slice(3))])
        pair.speech[:] = both
        true = [[truth(pair, row, m) for m in HEADS] for row in range(6)]
        error = said - torch.tensor(true)
        return ((error[:3] - error[3:]) / refresher.assessor.spread).abs().mean()

    before = differ()
    for _ in range(40):
        refresher.observe(outputs, start)
    assert differ() < 0.3 * before


def test_attacked_outputs_get_their_own_true_labels_and_no_part_in_the_gap(
    lab, refresher, outputs
):
    refresher.attacked = 0.5
    kept = []
    refresher._step = kept.append  # so the assessor stays as it is
    for _ in range(4):
        gap = refresher.observe(outputs, start)
    clips = kept[0]
    own = (clips.speech[:4, None] == outputs.speech).all(2)
    assert own.any(1).tolist() == [False, False, True, True]
    change = (clips.speech[:2, None] - outputs.speech).square().sum(2).min(1)
    snr = 10 * torch.log10(clips.speech[:2].square().sum(1) / change.values)
    assert all(19.9 < found < 26 for found in snr.tolist())  # 3 steps, never straight
    scored = [row for row in range(4) if clips.modes[row, 2]]
    for row in scored:
        expected = [truth(clips, row, metric) for metric in HEADS]
        assert clips.labels[row].tolist() == pytest.approx(expected, rel=1e-4)
    rows = clips.rows(torch.tensor([row for row in scored if row > 1]))
    before = Assessor.load(lab.assessor)
    said = before(rows.speech, second=rows.reference, mode="reference")
    expected = (said - rows.labels).mean(0).tolist()
    assert list(gap.values()) == pytest.approx(expected, rel=1e-3)


def test_the_global_generator_is_left_alone(refresher, outputs):
    state = torch.get_rng_state()
    for _ in range(4):
        refresher.observe(outputs, start)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_buffer_on_disk_holds_what_the_last_two_states_need(
    refresher, outputs, tmp_path
):
    refresher.replay.keep = 2
    states = []
    for _ in range(3):
        for _ in range(6):
            refresher.observe(outputs, start)
        states.append(refresher.loop_state()["replay"])
    assert states == [[4, 6], [10, 12], [16, 18]]
    on_disk = sorted(int(path.stem) for path in tmp_path.iterdir())
    assert on_disk == states[1] + states[2]
