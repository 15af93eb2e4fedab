"""Parts are disjoint, near their shares, and the same every time."""

import pytest
from corpora import write
from signals import speech_like

from sqase.data.data_dir import write_scp
from sqase.data.partition import check_disjoint, partition

SHARES = {"train": 0.7, "valid": 0.1, "test": 0.2}


def test_everything_is_in_one_part_and_shares_are_met():
    weights = {f"s{n}": 1.0 + n % 7 for n in range(200)}
    parts = partition(weights, SHARES, seed=1)
    assert sorted(sum(parts.values(), [])) == sorted(weights)
    for part, share in SHARES.items():
        got = sum(weights[name] for name in parts[part]) / sum(weights.values())
        assert got == pytest.approx(share, abs=0.02)


def test_order_of_names_does_not_matter_but_the_seed_does():
    weights = dict.fromkeys("abcdefghij", 1.0)
    backwards = dict(reversed(weights.items()))
    assert partition(weights, SHARES, 1) == partition(backwards, SHARES, 1)
    assert partition(weights, SHARES, 1) != partition(weights, SHARES, 2)


def test_each_part_gets_something_and_the_giant_is_trained_on():
    parts = partition({"a": 1.0, "b": 100.0, "c": 1.0}, SHARES, seed=1)
    assert parts["train"] == ["b"]
    assert sorted(parts["valid"] + parts["test"]) == ["a", "c"]


@pytest.fixture
def sets(tmp_path):
    """Two sets that share nothing but the absence of a room."""
    folders = []
    for name in ("one", "two"):
        folder = tmp_path / name
        path = write(tmp_path / f"{name}.wav", speech_like(3, len(folders)))
        facts = {"utt2spk": f"{name}-s", "utt2noise": f"{name}-n", "utt2rir": "dry"}
        facts["utt2rec"] = f"clean/{name} noise/{name}"
        for file, value in {**facts, "wav.scp": path}.items():
            write_scp(folder / file, {"u": value})
        folders.append(folder)
    return folders


def test_disjoint_sets_give_a_table(sets):
    head, one, two = check_disjoint(sets)
    assert head.split()[:3] == ["set", "minutes", "clips"]
    assert one.split()[1:] == ["0.1", "1", "1", "1", "2", "0"]


@pytest.mark.parametrize(
    "file, value, message",
    [
        ("utt2spk", "one-s", "speaker 'one-s'"),
        ("utt2noise", "one-n", "noise kind 'one-n'"),
        ("utt2rec", "clean/two noise/one", "recording 'noise/one'"),
    ],
)
def test_what_is_in_two_sets_is_named(sets, file, value, message):
    write_scp(sets[1] / file, {"u": value})
    with pytest.raises(
        ValueError, match=f"two/{file}: {message}.*found it in .*one too"
    ):
        check_disjoint(sets)


def test_a_shared_room_is_named(sets):
    for folder in sets:
        write_scp(folder / "utt2rir", {"u": "hall"})
    with pytest.raises(ValueError, match="room response 'hall'"):
        check_disjoint(sets)


def test_test_sets_may_share_with_each_other_but_not_with_others(sets):
    write_scp(sets[1] / "utt2spk", {"u": "one-s"})
    assert len(check_disjoint([], sets)) == 3
    with pytest.raises(ValueError, match="two/utt2spk: .*found it in .*one too"):
        check_disjoint(sets[:1], sets[1:])
