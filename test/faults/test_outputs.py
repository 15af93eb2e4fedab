"""Outputs: where they may be, what they are made from, what an interruption leaves."""

import os
import shutil
import time
from pathlib import Path

import pytest
from corpora import write
from harness import STAGE_1, contents, fine, full_disk, killed, refused
from signals import noise_like, speech_like

ENHANCE = "sqase-enhance in -o out --model model"


def in_recipe(scp):
    return f"se_enhance --model_dir model --scp {scp} --output_dir out"


USES = {
    "command": "sqase-enhance one.scp -o out --model model",
    "recipe": in_recipe("one.scp"),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    "utt",
    ["../victim", "../../victim", "a/../../../victim", "{here}/victim", "sub/victim"],
)
def test_no_id_leads_out_of_the_folder(place, use, utt):
    here = Path.cwd()
    for folder in (here, here.parent, here / "elsewhere"):
        folder.mkdir(exist_ok=True)
        for suffix in ("wav", "flac"):
            (folder / f"victim.{suffix}").write_text("mine")
    for folder in (Path("out"), Path("out/audio")):  # a link that leads out of it
        folder.mkdir()
        (folder / "sub").symlink_to(here / "elsewhere")
    name = utt.format(here=here)
    Path("one.scp").write_text(f"{name} {here}/in/a.wav\n")
    refused(USES[use], "victim.*: expected a name of an output inside of")
    for folder in (here, here.parent, here / "elsewhere"):
        for suffix in ("wav", "flac"):
            assert (folder / f"victim.{suffix}").read_text() == "mine"


def test_a_planted_link_is_not_followed(place):
    Path("victim").write_text("mine")
    Path("out").mkdir()
    fine(ENHANCE)  # claims the folder
    Path("out/a.wav").unlink()
    for name in (f".a.wav.{os.getpid()}.part", f".a.wav.{os.getpid()}", ".a.wav.part"):
        Path("out", name).symlink_to(Path("victim").absolute())
    fine(ENHANCE)
    assert Path("victim").read_text() == "mine" and not Path("out/a.wav").is_symlink()


def older(path, day=86400):
    os.utime(path, (time.time() - 10 * day, time.time() - 10 * day))


def change_input():
    """Another sound under the same name, with an older date, as `cp -p` gives it."""
    write(Path("in/a.wav"), noise_like(1, 9))
    older("in/a.wav")


def change_network():
    text = Path("model/config.yaml").read_text()
    Path("model/config.yaml").write_text(text.replace("num_spk: 1", "num_spk:  1"))


def test_an_output_is_that_of_its_input_whatever_the_dates(place):
    fine(ENHANCE)
    before = contents("out")
    change_input()
    fine(ENHANCE)
    fine(ENHANCE.replace("out", "fresh"))
    assert contents("out") == contents("fresh") != before


def test_what_is_kept_is_not_made_again(place):
    fine(ENHANCE)
    times = {path: path.stat().st_mtime_ns for path in Path("out").iterdir()}
    for path in Path("in").iterdir():
        path.touch()  # newer, and the same
    fine(ENHANCE)
    assert times == {path: path.stat().st_mtime_ns for path in Path("out").iterdir()}


def test_a_recipe_enhances_again_what_has_changed(place):
    shutil.copy("in/a.wav", "x.wav")
    shutil.copy("in/b.wav", "y.wav")
    Path("two.scp").write_text("x x.wav\ny y.wav\n")
    fine(in_recipe("two.scp"))
    before = contents("out/audio")
    shutil.copy("clean/a.wav", "x.wav")
    older("x.wav")
    fine(in_recipe("two.scp"))
    after = contents("out/audio")
    assert after["x.flac"] != before["x.flac"] and after["y.flac"] == before["y.flac"]


@pytest.mark.parametrize("output", ["in/a.wav", "in/a.wav/b", "/sys/out", "/dev/null"])
@pytest.mark.parametrize("use", [ENHANCE, "sqase-export model -o out"])
def test_an_output_folder_that_cannot_be_is_said(place, use, output):
    before = contents("in")
    refused(use.replace("-o out", f"-o {output}"), output)
    assert contents("in") == before


FULL = {  # what runs on the full disk -> where it says that it is
    "enhance": (ENHANCE, "out/a.wav: File too large"),
    "stage 1": (STAGE_1, r"data/audio/.*flac: File too large"),
    "labels": (
        "label_data --data_dir lab/leaderboard --metrics stoi --cache cache.sqlite "
        "--output labels.jsonl",
        "cache.sqlite: .*(full|disk)",
    ),
}


@pytest.mark.parametrize("use", FULL)
def test_a_full_disk_is_said_and_loses_nothing(place, use):
    command, says = FULL[use]
    with full_disk(8192):
        outcome = refused(command, says)
    assert "emove it" not in outcome.message
    fine(command)


def test_labels_survive_a_full_disk(place):
    command = FULL["labels"][0]
    fine(command.replace("stoi", "si_snr"))
    size = Path("cache.sqlite").stat().st_size
    with full_disk(size):
        refused(command.replace("stoi", "'si_snr stoi estoi lsd'"), "cache.sqlite: ")
    Path("labels.jsonl").unlink()
    assert Path("cache.sqlite").stat().st_size >= size
    fine(command)


def test_a_kill_leaves_nothing_behind_that_stays(place):
    write(Path("in/a.wav"), speech_like(120, 3))
    fine(ENHANCE.replace("out", "fresh"))

    def parts():
        return list(Path("out").glob(".*.part"))

    assert killed(ENHANCE, parts) and parts()
    fine(ENHANCE)
    assert not parts() and contents("out") == contents("fresh")
