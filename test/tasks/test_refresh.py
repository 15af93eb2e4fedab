"""The closed loop by itself: true labels, a refresh late, and what it learns."""

import copy
import math

import pytest
import torch
from lab import HEADS, equal

from sqase.metrics import score
from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Leaderboard
from sqase.tasks.refresh import Refresher
from sqase.tasks.versions import VERSIONS


@pytest.fixture
def refresher(lab, tmp_path):
    found = Refresher(
        Assessor.load(lab.assessor),
        lab.leaderboard,
        tmp_path,
        metrics=HEADS,
        every=2,
        clips=12,
        batch=16,
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
    count = len(rows) // VERSIONS
    assert sorted(rows[:count].tolist()) == [0, 1, 2], "the last has no reference"
    assert torch.equal(rows, rows[:count].repeat(VERSIONS))
    assert torch.equal(clips.speech[:count], outputs.speech[rows[:count]])
    expected = start(outputs.noisy, outputs.lengths)[rows[:count]]
    found = clips.speech[count : 2 * count]
    torch.testing.assert_close(found, expected, atol=1 / 32768, rtol=0)
    for place in range(len(rows)):
        for label, metric in zip(clips.labels[place].tolist(), HEADS):
            assert label == pytest.approx(truth(clips, place, metric), rel=1e-4)
    edits = clips.speech[2 * count :].unflatten(0, (VERSIONS - 2, count))
    change = (edits - clips.speech[:count]).norm(dim=2)
    change = change / clips.speech[:count].norm(dim=1)
    assert (change > 1e-3).float().mean() >= 0.5 and change.max() < 0.9  # some do nothing
    assert not torch.equal(*edits)
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
        assert gap[f"gap_{metric}"] == pytest.approx(value - true, rel=1e-3)


def test_the_assessor_learns_its_enhancers_outputs(refresher, outputs):
    gaps = [refresher.observe(outputs, start)["gap_si_snr"] for _ in range(30)]
    known = [abs(gap) for gap in gaps if not math.isnan(gap)]
    assert len(known) == 14 and known[-1] < 0.3 * known[0]


def test_attacked_outputs_get_their_own_true_labels_and_no_part_in_the_gap(
    lab, refresher, outputs
):
    refresher.attacked = 0.5
    kept = []
    refresher.judge.step = lambda fresh, *_: kept.append(fresh)  # and does not learn
    for _ in range(4):
        gap = refresher.observe(outputs, start)
    clips = kept[0]
    own = (clips.speech[:3, None] == outputs.speech).all(2)
    assert own.any(1).tolist() == [False, True, True]
    change = (clips.speech[:1, None] - outputs.speech).square().sum(2).min(1)
    snr = 10 * torch.log10(clips.speech[:1].square().sum(1) / change.values)
    assert 19.9 < snr.item() < 26  # 3 steps, never straight
    for row in range(3):
        expected = [truth(clips, row, metric) for metric in HEADS]
        assert clips.labels[row].tolist() == pytest.approx(expected, rel=1e-4)
    rows = clips.rows(torch.tensor([1, 2]))
    before = Assessor.load(lab.assessor)
    said = before(rows.speech, second=rows.reference, mode="reference")
    expected = (said - rows.labels).mean(0).tolist()
    found = [gap[f"gap_{metric}"] for metric in HEADS]
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_assessor_learns_how_the_versions_of_an_output_differ(refresher, outputs):
    def differ(clips):
        """Mean error of the differences, in the spread of those of edits."""
        said = refresher.assessor(
            clips.speech, second=clips.reference, mode="reference"
        ).detach()
        error = (said - clips.labels).unflatten(0, (VERSIONS, -1))
        error = error[:, None] - error[None]
        return (error / refresher.judge.local_spread).abs().mean()

    for _ in range(4):
        refresher.observe(outputs, start)
    (clips,) = refresher.replay.clips.values()
    before = differ(clips)
    refresher.judge.learn(clips, refresher.replay, refresher.updates, 60)
    assert differ(clips) < 0.5 * before


def test_a_bystander_learns_by_itself_and_is_restored(lab, outputs, tmp_path):
    def build(folder):
        return Refresher(
            *(Assessor.load(lab.assessor), lab.leaderboard, tmp_path / folder, HEADS),
            **{"every": 2, "clips": 8, "batch": 16, "modes": (0.0, 0.0, 1.0, 0.0)},
            bystander=lab.assessor,
        )

    first, again = build("one"), build("one")
    try:
        for _ in range(4):
            gaps = first.observe(outputs, start)
        assert gaps["bystander_gap_stoi"] == gaps["gap_stoi"], "a copy, before learning"
        judge, other = first.learners.values()
        states = [each.assessor.model.state_dict() for each in (judge, other)]
        assert not equal(*states)
        assert not other.assessor.training
        state = copy.deepcopy(first.loop_state())
        again.load_loop_state(state)
        assert equal(again.loop_state(), state)
        for _ in range(2):
            found = [each.observe(outputs, start) for each in (first, again)]
        assert found[0] == found[1]
        assert found[0]["bystander_gap_stoi"] != found[0]["gap_stoi"]
    finally:
        first.pool.close()
        again.pool.close()


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
