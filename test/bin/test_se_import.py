"""The program: a model that was trained elsewhere becomes the baseline."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
import yaml
from lab import CONF, TINY, Lab, equal, weights, write_enhancer
from signals import speech_like

from sqase.bin import se_import, train_arm
from sqase.data.heard import write_heard
from sqase.pretrained import ENHANCER
from sqase.tasks.enhance import SELECTED, Enhancer

OTHER = {"guide_conf": {"assessor": "elsewhere"}, "real_per_batch": 2}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A laboratory, and a stock model of another network than the recipe's."""
    lab = Lab(tmp_path_factory.mktemp("start")).write()
    model = write_enhancer(lab.root / "model")
    (model / SELECTED).rename(model / "valid.loss.best.pth")
    settings = yaml.safe_load((model / "config.yaml").read_text())
    stock = {"name": "si_snr", "conf": {}, "wrapper": "pit", "wrapper_conf": {}}
    (model / "config.yaml").write_text(
        yaml.safe_dump({**settings, **OTHER, "criterions": [stock]})
    )
    return lab


def arguments(lab, name, **options):
    options = {
        "model": lab.root / "model",
        "metrics": CONF / "metrics.yaml",
        "valid_dir": lab.valid_dir,
        "output_dir": lab.root / name,
    } | options
    return [text for k, v in options.items() for text in (f"--{k}", str(v))]


@pytest.fixture(scope="module")
def baseline(lab):
    se_import.main(arguments(lab, "baseline"))
    return lab.root / "baseline"


def test_it_is_the_model_and_is_scored(lab, baseline):
    unit = json.loads((baseline / "unit.json").read_text())
    assert unit["selected_epoch"] == 1 and list(unit["validation"]) == ["1"]
    assert list(unit["data_digest"]) == ["valid"] and unit["parameters"] > 0
    assert set(unit["spread"]) == {"pesq_wb", "estoi", "si_snr"}
    assert "seconds" not in unit and "gap" not in unit
    wave = speech_like(1, 9)
    found = Enhancer(lab.root / "model", "valid.loss.best.pth")(wave)
    np.testing.assert_array_equal(Enhancer(baseline)(wave), found)


def test_the_recipe_finds_one_epoch_of_it(baseline):
    script = '. "$0"; spread_epochs "$1"'
    layout = CONF.parents[2] / "utils/layout.sh"
    command = ["bash", "-c", script, layout, baseline]
    assert subprocess.check_output(command, text=True) == "1epoch.pth\n"


def test_an_arm_trains_its_network_on(lab, baseline):
    options = {
        "config": CONF / "se_guided.yaml",
        "metrics": CONF / "metrics.yaml",
        "size": "smoke",
        "arm": "placebo",
        "train_dir": lab.train_dir,
        "valid_dir": lab.valid_dir,
        "baseline": baseline,
        "assessor": lab.assessor,
        "leaderboard": lab.leaderboard,
        "output_dir": lab.root / "placebo",
    }
    words = [text for k, v in options.items() for text in (f"--{k}", str(v))]
    quick = [text for text in TINY if text.startswith(("guidance", "num_iters"))]
    train_arm.main([*words, "--set", *quick, "max_epoch=1", "optim_conf.lr=2.0e-3"])
    start, end = weights(baseline, 1), weights(lab.root / "placebo", 1)
    assert equal(weights(lab.root / "placebo", 0), start)
    assert {k: v.shape for k, v in end.items()} == {k: v.shape for k, v in start.items()}
    assert not equal(end, start)


def test_other_weights_are_another_baseline(lab, baseline):
    other = shutil.copytree(lab.root / "model", lab.root / "other")
    changed = {k: 1.01 * v for k, v in weights(baseline, 1).items()}
    torch.save(changed, other / "valid.loss.best.pth")
    se_import.main(arguments(lab, "other_baseline", model=other))
    digests = [
        json.loads((lab.root / name / "unit.json").read_text())["config_digest"]
        for name in ("baseline", "other_baseline")
    ]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"model": "nowhere"}, "enhancement model nowhere: expected config.yaml"),
        ({"valid_dir": "nowhere"}, "data directory nowhere: no such directory"),
    ],
)
def test_one_clear_line_says_what_is_wrong(lab, options, message):
    with pytest.raises(SystemExit, match=f"^se_import: error: .*{message}"):
        se_import.main(arguments(lab, "refused", **options))


def test_a_model_of_another_rate_is_refused(lab, tmp_path):
    model = shutil.copytree(lab.root / "model", tmp_path / "model")
    config = model / "config.yaml"
    config.write_text(config.read_text().replace("16000", "8000"))
    with pytest.raises(SystemExit, match="sample_rate: expected 16000, got 8000"):
        se_import.main(arguments(lab, "refused", model=model))
    assert not (lab.root / "refused").exists()


def test_a_model_is_not_taken_where_it_heard_the_test_data(lab, tmp_path):
    model = shutil.copytree(lab.root / "model", tmp_path / "model")
    write_heard(model, lab.train_dir)
    with pytest.raises(SystemExit, match="got 24 of 24 that it was"):
        se_import.main(
            arguments(lab, "refused", model=model, test_dirs=lab.train_dir)
        )


def test_the_packaged_enhancer_is_a_start(lab):
    options = {"model": ENHANCER, "test_dirs": lab.train_dir}
    se_import.main(arguments(lab, "packaged", **options))
    wave = speech_like(1, 9)
    found = Enhancer(ENHANCER)(wave)
    np.testing.assert_array_equal(Enhancer(lab.root / "packaged")(wave), found)
