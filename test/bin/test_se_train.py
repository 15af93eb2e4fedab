"""The program: a baseline that goes on from a trained model."""

import json
import shutil

import pytest
import torch
from lab import CONF, TINY, Lab, equal, weights, write_enhancer

from sqase.bin import se_train
from sqase.data.heard import HEARD, recordings_of, refuse_heard, write_heard
from sqase.tasks.enhance import SELECTED


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A laboratory, and a trained model of another network than the recipe's."""
    lab = Lab(tmp_path_factory.mktemp("start")).write()
    write_enhancer(lab.root / "model")
    return lab


def train(lab, name, *settings, test_dir=None, model="model"):
    """Train on from the model for an epoch."""
    options = {
        "config": CONF / "se.yaml",
        "metrics": CONF / "metrics.yaml",
        "size": "smoke",
        "train_dir": lab.train_dir,
        "valid_dir": lab.valid_dir,
        "output_dir": lab.root / name,
    } | ({"test_dirs": test_dir} if test_dir else {})
    words = [text for k, v in options.items() for text in (f"--{k}", str(v))]
    brief = ["fresh_mixtures=false", "num_workers=0", "max_epoch=1", *TINY[4:6]]
    start = f"start_from={lab.root / model}"
    se_train.main([*words, "--set", *brief, start, *settings])
    return lab.root / name


def test_it_begins_with_the_weights_and_has_the_network(lab):
    still = "optim_conf={lr: 0.0, weight_decay: 0.0}"
    start = torch.load(lab.root / "model" / SELECTED, weights_only=True)
    assert equal(weights(train(lab, "still", still), 1), start)
    end = weights(train(lab, "moved"), 1)
    assert {k: v.shape for k, v in end.items()} == {k: v.shape for k, v in start.items()}
    assert not equal(end, start)


def test_it_has_heard_what_the_start_had(lab, tmp_path):
    other = shutil.copytree(lab.root / "model", lab.root / "other")
    write_heard(other, lab.real_dir)
    known = set(map(str, recordings_of(lab.real_dir)))
    assert known and not known & set(map(str, recordings_of(lab.train_dir)))
    output = train(lab, "joined", model="other")
    for folder in (lab.train_dir, lab.real_dir):
        with pytest.raises(ValueError, match="that it was, "):
            refuse_heard(output, [folder])
    with pytest.raises(SystemExit, match="^se_train: error: .*real: expected record"):
        train(lab, "refused", model="other", test_dir=lab.real_dir)
    assert not (lab.root / "refused" / HEARD).exists()


def test_another_start_is_another_baseline(lab):
    model, found = shutil.copytree(lab.root / "model", lab.root / "changed"), []
    for number in range(2):
        state = torch.load(model / SELECTED, weights_only=True)
        changed = {key: (1 + number / 100) * value for key, value in state.items()}
        torch.save(changed, model / SELECTED)
        output = train(lab, f"from{number}", model="changed")
        found.append(json.loads((output / "unit.json").read_text())["config_digest"])
    assert found[0] != found[1]
