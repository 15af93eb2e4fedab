"""Models that users name: none runs code, none is half another one."""

import io
import json
import pickle
import sys
from pathlib import Path

import pytest
import torch
from harness import CONF, HAND, contents, fine, refused, run

from sqase.tasks.trainer import _is_complete, best_weights
from sqase.tasks.unit import _reported

WEIGHTS, CONFIG = Path("model/selected.pth"), Path("model/config.yaml")


class Hostile:
    """Runs code where it is unpickled without care."""

    def __reduce__(self):
        return Path(HAND).touch, ()


def state():
    return torch.load(WEIGHTS, weights_only=True)


def half():
    weights = state()
    torch.save({k: weights[k] for k in list(weights)[: len(weights) // 2]}, WEIGHTS)


def of_another_network():
    torch.save({f"encoder.{k}": v for k, v in state().items()}, WEIGHTS)


def of_other_shapes():
    torch.save({k: torch.zeros(2, *v.shape) for k, v in state().items()}, WEIGHTS)


def not_a_number():
    weights = state()
    next(reversed(weights.values())).view(-1)[0] = torch.nan
    torch.save(weights, WEIGHTS)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def misfit():
    text = CONFIG.read_text()
    CONFIG.write_text(text.replace("unit: 8", "unit: many"))


def hostile_settings():
    line = f"\nencoder: !!python/object/apply:pathlib.Path.touch [{HAND}]\n"
    CONFIG.write_text(CONFIG.read_text() + line)


ENHANCERS = {  # what is done to an enhancer -> what is said of it
    "code": (lambda: torch.save(Hostile(), WEIGHTS), "selected.pth"),
    "bare code": (lambda: WEIGHTS.write_bytes(pickle.dumps(Hostile())), "selected.pth"),
    "half": (half, "selected.pth: expected the weights of"),
    "nothing": (lambda: torch.save({}, WEIGHTS), "selected.pth: expected the weights"),
    "a list": (lambda: torch.save([1, 2], WEIGHTS), "selected.pth: expected"),
    "another": (of_another_network, "selected.pth: expected the weights of"),
    "other shapes": (of_other_shapes, "selected.pth: expected the weights of"),
    "NaN": (not_a_number, "selected.pth: expected finite weights"),
    "cut": (lambda: cut(WEIGHTS), "selected.pth"),
    "empty": (lambda: WEIGHTS.write_bytes(b""), "selected.pth"),
    "text": (lambda: WEIGHTS.write_text("weights"), "selected.pth"),
    "broken settings": (lambda: CONFIG.write_text("encoder: ["), "config.yaml:"),
    "hostile settings": (hostile_settings, "config.yaml:"),
    "no settings": (lambda: CONFIG.write_text(""), "config.yaml:"),
    "a list of settings": (lambda: CONFIG.write_text("- a"), "config.yaml:"),
    "cut settings": (lambda: cut(CONFIG), "config.yaml:"),
    "misfit settings": (misfit, "config.yaml:"),
}
USES = {
    "enhance": "sqase-enhance in --model model -o out",
    "se_enhance": "se_enhance --model_dir model --scp one.scp --output_dir out",
    "export": "sqase-export model -o out",
    "import": f"se_import --metrics {CONF}/metrics.yaml --valid_dir lab/valid "
    "--model model --output_dir out",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("damage", ENHANCERS)
def test_an_enhancer_is_whole_or_refused(place, damage, use):
    harm, says = ENHANCERS[damage]
    harm()
    Path("one.scp").write_text("a in/a.wav\n")
    refused(USES[use], says)
    assert not Path("out").exists() or not contents("out")


def test_a_checkpoint_runs_no_code(place):
    torch.save({"reporter": Hostile()}, "checkpoint.pth")
    for use in (best_weights, _reported):
        with pytest.raises(pickle.UnpicklingError):
            use(Path())
    assert not _is_complete(Path("checkpoint.pth")) and not Path(HAND).exists()


def test_what_is_not_broken_is_used(place):
    Path("one.scp").write_text("a in/a.wav\n")
    for use in list(USES)[:3]:
        fine(f"{USES[use].removesuffix('out')}{use}")


ASSESSOR, FACTS = Path("assessor/model.safetensors"), Path("assessor/config.json")


def change_facts(**changes):
    FACTS.write_text(json.dumps(json.loads(FACTS.read_text()) | changes))


def change_weights(change):
    import safetensors.torch

    weights = safetensors.torch.load_file(ASSESSOR)
    safetensors.torch.save_file(change(weights), ASSESSOR)


def foreign(weights):
    """An assessor whose front end is said to bring code of its own."""
    model = json.loads(FACTS.read_text())["model"]
    conf = {"weights": weights, "dim": 12}
    change_facts(model=model | {"backbone": "wavlm", "backbone_conf": conf})


def foreign_folder():
    code = f"""import pathlib
from transformers import PretrainedConfig, PreTrainedModel
pathlib.Path({str(Path(HAND).absolute())!r}).touch()
class Config(PretrainedConfig): model_type = "strange"
class Model(PreTrainedModel): config_class = Config
"""
    Path("strange").mkdir()
    Path("strange/strange.py").write_text(code)
    classes = {"AutoConfig": "strange.Config", "AutoModel": "strange.Model"}
    facts = {"model_type": "strange", "auto_map": classes}
    Path("strange/config.json").write_text(json.dumps(facts))
    foreign(str(Path("strange").absolute()))


ASSESSORS = {
    "cut settings": (lambda: cut(FACTS), "assessor/config.json"),
    "no settings": (lambda: FACTS.write_text(""), "assessor/config.json"),
    "a list": (lambda: FACTS.write_text("[1]"), "assessor/config.json"),
    "no model": (lambda: FACTS.write_text("{}"), "assessor/config.json"),
    "an odd model": (lambda: change_facts(model={"x": 1}), "assessor/config.json"),
    "cut": (lambda: cut(ASSESSOR), "assessor/model.safetensors"),
    "empty": (lambda: ASSESSOR.write_bytes(b""), "assessor/model.safetensors"),
    "code": (
        lambda: ASSESSOR.write_bytes(pickle.dumps(Hostile())),
        "assessor/model.safetensors",
    ),
    "NaN": (
        lambda: change_weights(lambda w: w | {"bias": w["bias"] * torch.nan}),
        "assessor/model.safetensors: expected finite weights",
    ),
    "half": (
        lambda: change_weights(lambda w: {"bias": w["bias"]}),
        "assessor/model.safetensors: expected the weights of",
    ),
    "foreign code": (foreign_folder, "strange"),
}


@pytest.mark.parametrize("use", ["sqase-score in --model", "sqase-export -o out"])
@pytest.mark.parametrize("damage", ASSESSORS)
def test_an_assessor_is_whole_or_refused(place, damage, use, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 99))  # as of `yes |`
    harm, says = ASSESSORS[damage]
    harm()
    refused(f"{use} assessor", says)


def test_a_whole_assessor_is_used(place):
    assert "a.wav" in run("sqase-score in --model assessor").out
