"""sqase.tasks.preset_choice: the best by the rule; what is scored is kept."""

import json
import shutil

import numpy as np
import pytest
import torch
from lab import CONF, weights, write_enhancer

from sqase.bin import choose_preset, se_import
from sqase.metrics import score
from sqase.tasks import preset_choice
from sqase.tasks.enhance import Enhancer
from sqase.tasks.preset import PRESETS, read_preset
from sqase.tasks.selection import read_waves

METRICS = ("pesq_wb", "estoi", "si_snr")


@pytest.fixture(scope="module")
def baseline(lab, tmp_path_factory):
    root = tmp_path_factory.mktemp("preset")
    model = write_enhancer(root / "model")
    options = {
        "model": model,
        "metrics": CONF / "metrics.yaml",
        "valid_dir": lab.valid_dir,
        "output_dir": root / "baseline",
    }
    se_import.main([text for k, v in options.items() for text in (f"--{k}", str(v))])
    return root / "baseline"


def choose(baseline, valid_dir, output_dir):
    options = {"baseline": baseline, "valid_dir": valid_dir, "output_dir": output_dir}
    words = [text for k, v in options.items() for text in (f"--{k}", str(v))]
    choose_preset.main([*words, "--nj", "1"])
    return json.loads((output_dir / "unit.json").read_text())


class Killed(BaseException):
    pass


def killed_at(name, calls, monkeypatch):
    """Let a function of the module end the program at a call of it."""
    real = getattr(preset_choice, name)
    left = iter(range(calls))

    def function(*arguments):
        if next(left, None) is None:
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(preset_choice, name, function)


def scored(arm):
    """The score files of presets, with their times."""
    files = (arm / "validation").glob("*.json")
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.fixture(scope="module")
def killed_arm(lab, baseline):
    """A choice that was ended after four presets, and the files it left."""
    arm = baseline.parent / "arm"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        killed_at("summary", 4, patch)
        choose(baseline, lab.valid_dir, arm)
    assert not (arm / "unit.json").exists()
    return arm, scored(arm)


@pytest.fixture(scope="module")
def arm(lab, baseline, killed_arm):
    """The same, begun again."""
    choose(baseline, lab.valid_dir, killed_arm[0])
    return killed_arm[0]


def test_an_interrupted_choice_goes_on(killed_arm, arm):
    left = killed_arm[1]
    assert len(left) == 4 and len(scored(arm)) == 12
    assert left.items() <= scored(arm).items()


def test_the_best_by_the_rule_is_the_arm(lab, baseline, arm):
    unit = json.loads((arm / "unit.json").read_text())
    start = json.loads((baseline / "unit.json").read_text())
    spread, found = start["spread"], unit["presets"]
    assert list(found) == ["baseline", *(preset.name for preset in PRESETS)]
    means = np.array(
        [[f["means"][m] / spread[m] for m in METRICS] for f in found.values()]
    )
    gains = (means - means[0]).mean(axis=1)
    np.testing.assert_allclose(gains, [f["gain"] for f in found.values()], atol=1e-9)
    assert unit["preset"] == list(found)[1 + int(gains[1:].argmax())]

    chosen = read_preset(arm)
    assert chosen.name == unit["preset"] and len(set(gains)) > 6
    noisy, clean = (read_waves(lab.valid_dir, f) for f in ("wav.scp", "spk1.scp"))
    for enhancer, name in (
        (Enhancer(arm), chosen.name),
        (Enhancer(baseline), "baseline"),
    ):
        scores = [
            score(METRICS, reference=c, enhanced=enhancer(n), sample_rate=16000)
            for c, n in zip(clean, noisy, strict=True)
        ]
        for metric in METRICS:
            mean = np.mean([s[metric].value for s in scores])
            assert found[name]["means"][metric] == pytest.approx(mean)


def test_it_is_a_model_like_any_other_with_a_unit(lab, baseline, arm):
    assert (arm / "selected.pth").is_file() and (arm / "config.yaml").is_file()
    unit = json.loads((arm / "unit.json").read_text())
    start = json.loads((baseline / "unit.json").read_text())
    for same in ("data_digest", "parameters", "macs_per_s"):
        assert unit[same] == start[same]
    assert unit["rtf"] > 0


def test_scores_of_another_baseline_are_not_taken(
    lab, baseline, arm, tmp_path, monkeypatch
):
    other = shutil.copytree(baseline, tmp_path / "other", symlinks=True)
    changed = {k: 1.1 * v for k, v in weights(baseline, 1).items()}
    torch.save(changed, other / "1epoch.pth")
    copy = shutil.copytree(arm, tmp_path / "arm", symlinks=True)
    killed_at("Enhancer", 0, monkeypatch)
    with pytest.raises(Killed):
        choose(other, lab.valid_dir, copy)
    assert not scored(copy)


def test_what_each_gives_is_printed(lab, baseline, arm, capsys):
    capsys.readouterr()
    before = scored(arm)
    unit = choose(baseline, lab.valid_dir, arm)  # again
    assert scored(arm) == before
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 1 + 12 and lines[1].split()[0] == "baseline"
    (bold,) = [line for line in lines if "**" in line]
    assert bold.startswith(unit["preset"] + " ")


def test_one_clear_line_says_what_is_wrong(lab, baseline, tmp_path):
    for start, valid, message in (
        (baseline, lab.real_dir, "expected references, found no spk1.scp"),
        (baseline, tmp_path, "wav.scp: no such file"),
        (tmp_path, lab.valid_dir, "unit.json: No such file"),
    ):
        with pytest.raises(SystemExit, match=f"^choose_preset: error: .*{message}.*$"):
            choose(start, valid, tmp_path / "refused")
        assert not (tmp_path / "refused/unit.json").exists()
