"""Labelled clips: from disk to batches, to 16 bit and back, and their modes."""

import numpy as np
import pytest
import signals
import torch

from sqase.data.listings import write_labels, write_scp
from sqase.sound import audio
from sqase.sqa.clips import Batch, Leaderboard
from sqase.sqa.draws import draw_modes, some_members
from sqase.sqa.model import mean_signal
from sqase.sqa.prediction import predict_clips

METRICS = ("pesq_wb", "si_snr")


@pytest.fixture
def board(tmp_path):
    """Two clips, of 0.5 and 1 s; only the longer one has a reference."""
    waves = {"a": signals.speech_like(1, 1), "b": signals.speech_like(0.5, 2)}
    paths = {name: tmp_path / f"{name}.wav" for name in waves}
    for name, wave in waves.items():
        audio.write(paths[name], wave, 16000)
    write_scp(tmp_path / "wav.scp", paths)
    write_scp(tmp_path / "noisy.scp", paths)
    write_scp(tmp_path / "spk1.scp", {"a": paths["a"]})
    for name, wave in waves.items():
        members = np.stack([wave, wave / 4, wave / 2], axis=1)
        audio.write(tmp_path / f"members-{name}.flac", members, 16000)
    members = {name: tmp_path / f"members-{name}.flac" for name in waves}
    write_scp(tmp_path / "committee.scp", members)
    write_scp(tmp_path / "utt2members", {"a": "0 2", "b": "0 1 2"})
    labels = {"a": (3.0, 2.0), "b": (7.0, None)}
    rows = [
        {
            "id": name,
            "system": name,
            "metrics": dict(zip(("si_snr", "pesq_wb"), values)),
            "reasons": {"pesq_wb": "silent"} if None in values else {},
        }
        for name, values in labels.items()
    ]
    write_labels(tmp_path / "labels.jsonl", rows)
    return Leaderboard(tmp_path, METRICS)


def assert_same(first: Batch, second: Batch):
    for name, value in vars(first).items():
        torch.testing.assert_close(
            value, getattr(second, name), rtol=0, atol=0, equal_nan=True
        )


def test_batch_pads_and_knows_what_is_missing(board):
    batch = board.batch(["b", "a"])
    assert batch.speech.shape == (2, 16000) and batch.lengths.tolist() == [8000, 16000]
    assert batch.speech[0, 8000:].abs().max() == 0
    assert torch.equal(batch.noisy, batch.speech)
    assert batch.reference[0].abs().max() == 0
    assert torch.equal(batch.reference[1], batch.speech[1])
    assert batch.modes.int().tolist() == [[1, 1, 0, 1], [1, 1, 1, 1]]
    assert batch.labels[1].tolist() == [2.0, 3.0]
    assert batch.labels[0].isnan().tolist() == [True, False]


def test_second_is_that_of_the_mode(board):
    batch = board.batch(["a", "a", "a"])
    batch = Batch.join([batch, batch.rows(slice(1))])
    speech = batch.speech[0]
    members = torch.stack([speech / 4, 0 * speech, speech / 8], dim=1)
    batch.noisy, batch.committee = batch.noisy / 2, members.expand(4, -1, -1)
    second = batch.second(torch.tensor([0, 1, 2, 3]))
    assert torch.equal(second[3], members) and not second[:3, :, 1:].any()
    expected = [0 * speech, speech / 2, speech, 3 * speech / 16]
    torch.testing.assert_close(mean_signal(second), torch.stack(expected))


def test_a_committee_has_the_members_that_are_allowed(board):
    batch = board.batch(["a", "b"])
    mean = mean_signal(batch.committee)
    torch.testing.assert_close(mean[0], 0.75 * batch.speech[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(mean[1], 7 / 12 * batch.speech[1], atol=1e-4, rtol=0)
    board.members = {}
    mean = mean_signal(board.batch(["a"]).committee)
    torch.testing.assert_close(mean[0], 7 / 12 * batch.speech[0], atol=1e-4, rtol=0)


def test_a_system_is_heard_beside_some_of_the_committee(board):
    files = board.wav, board.noisy, board.reference, ("si_snr",), board.committee
    alone = Leaderboard.of_system("x", *files, members="0 2").batch(["a"])
    whole = Leaderboard.of_system("x", *files).batch(["a"])
    there = [(batch.committee != 0).any(1).tolist() for batch in (alone, whole)]
    assert there == [[[True, False, True]], [[True] * 3]]


def test_training_draws_two_members_or_more_of_those_allowed():
    members = torch.eye(5)[None].repeat(4000, 1, 1)
    allowed = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 1, 0], [0, 1, 0, 0, 1], [0] * 5])
    allowed = allowed.bool().repeat(1000, 1)
    drawn = some_members(members, allowed, torch.Generator().manual_seed(0))
    chosen = drawn.diagonal(dim1=1, dim2=2) > 0
    assert not (chosen & ~allowed).any()
    assert torch.equal(drawn, torch.diag_embed(chosen.float()))
    for kind, most in enumerate((5, 3, 2)):
        counts = chosen[kind::4].sum(1)
        shares = torch.stack([(counts == n).float().mean() for n in range(2, most + 1)])
        torch.testing.assert_close(
            shares, torch.full_like(shares, 1 / len(shares)), atol=0.05, rtol=0
        )
        heard = chosen[kind::4].float().mean(0)[allowed[kind]]
        assert heard.max() - heard.min() < 0.06


def test_packing_round_trips_exactly_once_in_16_bit(board):
    batch = board.batch(["a", "b"])  # from 16-bit files
    packed = batch.pack()
    assert packed["speech"].dtype == torch.int16
    assert_same(Batch.unpack(packed), batch)
    batch.speech = batch.speech + 1e-6
    batch.speech[0, 0] = 1.5
    limited = Batch.unpack(batch.pack())
    assert limited.speech[0, 0] == 32767 / 32768
    assert (limited.speech - batch.speech)[1].abs().max() <= 0.5 / 32768
    assert_same(Batch.unpack(limited.pack()), limited)


def test_rows_and_join_are_inverse(board):
    batch = board.batch(["a", "b"])
    parts = [batch.rows(torch.tensor([i])) for i in (0, 1)]
    assert_same(Batch.join(parts), batch)


def test_spread_ignores_missing_labels(board):
    assert board.spread() == {"pesq_wb": 1.0, "si_snr": 2.0}


def test_draw_is_seeded_and_without_repeats(board):
    def draw(seed):
        return board.draw(9, torch.Generator().manual_seed(seed)).lengths.tolist()

    assert draw(1) == draw(1) and sorted(draw(1)) == [8000, 16000]
    assert len({tuple(draw(seed)) for seed in range(9)}) == 2


def test_a_leaderboard_knows_its_modes(board):
    assert board.modes == ("blind", "noisy", "reference", "committee")
    board.noisy = board.committee = {}
    assert board.modes == ("blind", "reference")


def test_draw_modes_draws_only_possible_modes_in_their_shares():
    kinds = torch.tensor(
        [[True, False, False], [True, True, False], [True, True, True]]
    )
    possible = kinds.repeat(2000, 1)
    generator = torch.Generator().manual_seed(0)
    drawn = draw_modes(possible, (0.3, 0.2, 0.5), generator)
    assert possible[torch.arange(6000), drawn].all()
    counts = torch.stack(
        [(drawn[i::3, None] == torch.arange(3)).sum(0) for i in (1, 2)]
    )
    expected = torch.tensor([[1200.0, 800, 0], [600, 400, 1000]])
    torch.testing.assert_close(counts.float(), expected, rtol=0, atol=90)
    only_reference = draw_modes(possible, (0, 0, 1), generator)
    assert only_reference.reshape(-1, 3).unique(dim=0).tolist() == [[0, 0, 2]]


def test_prediction_hears_blind_what_lacks_the_second_signal(board, assessor):
    scores = predict_clips(assessor, board, ["b", "a"], "reference")
    blind = predict_clips(assessor, board, ["b", "a"], "blind")
    assert scores.shape == (2, 2) and np.array_equal(scores[0], blind[0])
    assert np.abs(scores[1] - blind[1]).min() > 1e-3
    alone = assessor(board.batch(["b"]).speech)[0]
    np.testing.assert_allclose(blind[0], alone, rtol=1e-4)
