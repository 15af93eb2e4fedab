"""Training rows: of two kinds of sets, as many as wanted, with their committee."""

import shutil

import numpy as np
import pytest
from corpora import write
from signals import speech_like

from sqase.data.data_dir import read_scp, write_scp
from sqase.data.rows import choose_rows, combine
from sqase.sound import audio


def make(folder, names, with_reference):
    """A data directory of 0.1 s signals."""
    paths = {name: write(folder / f"{name}.wav", speech_like(0.1, 3)) for name in names}
    write_scp(folder / "wav.scp", paths)
    write_scp(folder / "utt2spk", {name: f"s{name}" for name in names})
    if with_reference:
        clean = {name: write(folder / f"clean {name}.wav", 0.5 * speech_like(0.1, 3))
                 for name in names}  # fmt: skip
        write_scp(folder / "spk1.scp", clean)
    return folder


@pytest.fixture
def paired(tmp_path):
    return make(tmp_path / "train", "abcdef", with_reference=True)


@pytest.fixture
def single(tmp_path):
    return make(tmp_path / "real", "uvwxyz", with_reference=False)


def test_the_input_is_repeated_where_there_is_no_reference(paired, single, tmp_path):
    both = tmp_path / "both"
    combine(both, [paired], single)
    flags = read_scp(both / "utt2hasref")
    assert flags == dict.fromkeys("abcdef", "1") | dict.fromkeys("uvwxyz", "0")
    references = read_scp(both / "spk1.scp")
    assert references["u"] == read_scp(single / "wav.scp")["u"]
    assert references["a"] == read_scp(paired / "spk1.scp")["a"]
    assert read_scp(both / "utt2spk") == {name: f"s{name}" for name in flags}


def test_sets_that_share_ids_are_not_combined(paired, tmp_path):
    shutil.copytree(paired, tmp_path / "same")
    (tmp_path / "same/spk1.scp").unlink()
    with pytest.raises(ValueError, match="expected ids that .*/train has not, got 6"):
        combine(tmp_path / "both", [paired], tmp_path / "same")
    assert not (tmp_path / "both").exists()


def test_rows_are_the_same_with_and_without_others_and_fewer_are_among_more(
    paired, single, tmp_path
):
    combine(tmp_path / "alone", [paired], None, count=3)
    combine(tmp_path / "both", [paired], single, count=3)
    alone, both = (read_scp(tmp_path / name / "wav.scp") for name in ("alone", "both"))
    assert len(alone) == 3 and len(both) == 6 and alone.items() < both.items()
    wav = read_scp(paired / "wav.scp")
    assert choose_rows(wav, 3) == alone
    assert choose_rows(wav, 2).items() < alone.items() < wav.items()
    assert choose_rows(wav, None) == choose_rows(wav, 99) == wav


def test_a_committee_is_that_of_each_set_and_of_all_rows(paired, single, tmp_path):
    made = {}
    for folder in (paired, single):
        rows = choose_rows(read_scp(folder / "wav.scp"), 3)
        made[folder] = tmp_path / "committee" / folder.name
        write_scp(made[folder] / "committee.scp", rows)
    combine(tmp_path / "both", [paired], single, 3, made)
    wav, committee = (
        read_scp(tmp_path / "both" / name) for name in ("wav.scp", "committee.scp")
    )
    assert wav == committee
    with pytest.raises(ValueError, match=r"real/committee.scp: .* got none for 1, '"):
        combine(tmp_path / "more", [], single, 4, made)


def test_rows_whose_committee_is_not_heard_get_silence(paired, single, tmp_path):
    made = {single: tmp_path / "made"}
    for name in "uvwxyz":
        wave = np.full((100, 3), 0.1, np.float32)
        audio.write(tmp_path / f"made/{name}.flac", wave, 16000)
    files = {name: tmp_path / f"made/{name}.flac" for name in "uvwxyz"}
    write_scp(tmp_path / "made/committee.scp", files)
    combine(tmp_path / "both", [paired], single, None, made)
    committee = read_scp(tmp_path / "both/committee.scp")
    assert committee["u"] == str(files["u"]) and len(committee) == 12
    silence, _ = audio.read_channels(committee["a"])
    assert silence.shape == (1, 3) and not silence.any()


def test_sets_with_references_are_joined(paired, single, tmp_path):
    other = make(tmp_path / "remixed", "ghi", with_reference=True)
    combine(tmp_path / "all", [paired, other], single, count=2)
    flags = read_scp(tmp_path / "all/utt2hasref")
    assert sorted(flags.values()) == ["0", "0", "1", "1", "1", "1"]
