"""The program: an assessor that goes on from a trained one."""

import pytest
from lab import CONF, HEADS, Lab

from sqase.bin import sqa_train
from sqase.bin.sqase_export import main as export
from sqase.data.heard import HEARD, recordings_of, refuse_heard, write_heard
from sqase.sqa.assessor import Assessor

STILL = "optim_conf={lr: 0.0, weight_decay: 0.0}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A laboratory with a leaderboard that says what its clips were made from."""
    lab = Lab(tmp_path_factory.mktemp("start")).write()
    write_heard(lab.leaderboard, lab.train_dir)
    return lab


def train(lab, name, *settings, **options):
    """Train an assessor for an epoch; the folder of it."""
    options = {
        "config": CONF / "sqa.yaml",
        "metrics": lab.root / "metrics.yaml",
        "size": "smoke",
        "train_dir": lab.leaderboard,
        "valid_dir": lab.leaderboard,
        "output_dir": lab.root / name,
    } | options
    metrics = f"labels: [{', '.join(HEADS)}]\n"
    (lab.root / "metrics.yaml").write_text(f"base: {CONF}/metrics.yaml\n{metrics}")
    words = [text for k, v in options.items() for text in (f"--{k}", str(v))]
    sqa_train.main([*words, "--set", "max_epoch=1", "batch_size=8", *settings])
    return lab.root / name / "assessor"


@pytest.fixture(scope="module")
def start(lab):
    """Of another network than the recipe's."""
    small = "sqa_conf={backbone_conf: {dim: 12, channels: 4}, blocks: 2}"
    return train(lab, "start", small)


def state(folder):
    return Assessor.load(folder).model.state_dict()


def test_it_begins_with_the_weights_and_has_the_network(lab, start):
    expected = state(start)
    still = state(train(lab, "still", STILL, f"start_from={start}"))
    assert still.keys() == expected.keys()
    assert all(still[name].equal(expected[name]) for name in expected)
    moved = state(train(lab, "moved", f"start_from={start}"))
    assert not all(moved[name].equal(expected[name]) for name in expected)


def test_it_has_heard_what_its_clips_are_made_of_and_what_the_start_had(lab, start):
    other = lab.root / "other"
    export([str(start), "-o", str(other)])
    with pytest.raises(ValueError, match="that it was, "):
        refuse_heard(other, [lab.train_dir])
    write_heard(other, lab.real_dir)
    refuse_heard(other, [lab.train_dir])
    assert recordings_of(lab.real_dir)
    joined = train(lab, "joined", STILL, f"start_from={other}")
    for folder in (lab.train_dir, lab.real_dir):
        with pytest.raises(ValueError, match="that it was, "):
            refuse_heard(joined, [folder])
    with pytest.raises(SystemExit, match="^sqa_train: error: .*real: expected record"):
        train(lab, "refused", f"start_from={other}", test_dirs=lab.real_dir)
    assert not (lab.root / "refused" / "assessor" / HEARD).exists()


def test_a_start_with_other_heads_is_refused(lab):
    with pytest.raises(SystemExit, match="start_from: .*an assessor of stoi, si_snr"):
        train(lab, "heads", "start_from=packaged")


def test_a_start_that_is_not_there_is_named(lab):
    with pytest.raises(SystemExit, match="assessor .*nowhere: expected a file config"):
        train(lab, "lost", f"start_from={lab.root / 'nowhere'}")
