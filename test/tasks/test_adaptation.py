"""The trained models that a training may start from."""

import pytest
import yaml

from sqase.tasks.adaptation import CHECKPOINTS, find_model, network_settings


def test_the_best_known_weights_of_a_folder_are_found(tmp_path):
    for name in ("config.yaml", "7epoch.pth", *CHECKPOINTS):
        (tmp_path / name).touch()
    for name in CHECKPOINTS:
        assert find_model(tmp_path) == (tmp_path / "config.yaml", tmp_path / name)
        (tmp_path / name).unlink()
    assert find_model(tmp_path / "7epoch.pth")[1] == tmp_path / "7epoch.pth"
    with pytest.raises(FileNotFoundError, match="expected selected.pth, found none"):
        find_model(tmp_path)


def test_an_unpacked_model_of_the_zoo_says_where_its_files_are(tmp_path):
    folder = tmp_path / "exp/enh_train_raw"
    folder.mkdir(parents=True)
    for name in ("config.yaml", "7epoch.pth", "valid.loss.best.pth"):
        (folder / name).touch()
    packed = {
        "files": {"model_file": "exp/enh_train_raw/7epoch.pth"},
        "yaml_files": {"train_config": "exp/enh_train_raw/config.yaml"},
    }
    (tmp_path / "meta.yaml").write_text(yaml.safe_dump(packed))
    assert find_model(tmp_path) == (folder / "config.yaml", folder / "7epoch.pth")
    packed["files"] = {"asr_model_file": "exp/asr_train_raw/7epoch.pth"}
    (tmp_path / "meta.yaml").write_text(yaml.safe_dump(packed))
    with pytest.raises(ValueError, match="expected model_file .* got asr_model_file"):
        find_model(tmp_path)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"separator": None}, "expected the settings of an ESPnet enhancement model"),
        ({"diffusion_model": "sgmse"}, "got the diffusion model sgmse"),
        ({"sample_rate": 8000}, "sample_rate: expected 16000, got 8000"),
        ({"separator_conf": {"num_spk": 2}}, "for one speaker, got one for 2"),
        ({"separator_conf": {"unit": 8}}, "expected the weights of the network in"),
    ],
)
def test_other_models_are_refused(lab, refreshed, tmp_path, change, message):
    settings = yaml.safe_load((refreshed / "config.yaml").read_text())
    for key, value in change.items():
        both = isinstance(value, dict)
        settings[key] = {**settings[key], **value} if both else value
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(settings))
    with pytest.raises(ValueError, match=message):
        network_settings(config, lab.baseline, None)


def test_settings_may_say_the_rate_that_a_recipe_of_espnet_left_out(
    lab, refreshed, tmp_path
):
    settings = yaml.safe_load((refreshed / "config.yaml").read_text())
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({**settings, "sample_rate": 8000}))
    assert network_settings(config, lab.baseline, 16000)["sample_rate"] == 16000


def test_a_state_of_training_is_not_weights(refreshed):
    with pytest.raises(ValueError, match="checkpoint.pth: expected the weights"):
        network_settings(refreshed / "config.yaml", refreshed / "checkpoint.pth", None)
