"""The assignment of utterances to systems, and the files of a leaderboard."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from signals import mix, noise_like, speech_like

from sqase.bin.make_leaderboard import main
from sqase.data.data_dir import read_scp, validate_leaderboard, write_scp
from sqase.published.gtcrn import GTCRN
from sqase.published.wheel import Wheel
from sqase.runtime import config
from sqase.sound import audio
from sqase.systems import kind_of
from sqase.systems.planning import choose, load_settings, plan

CONFIGS = sorted((Path(__file__).parents[2] / "egs").glob("*/conf/leaderboard.yaml"))
UTTERANCES = [f"utt{number:04}" for number in range(2000)]
MODELS = ["e1", "e2", "e3"]
HELD_OUT = {"spectral_gate", "codec", "packet_loss"}
HELD_OUT |= {"dtln", "deepfilternet3", "committee"}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parts[-3])
@pytest.mark.parametrize("size", config.SIZES)
def test_recipes_make_a_plan(path, size):
    settings = config.load(path, size)
    systems = {}
    for name, part in settings["sets"].items():
        pairs = plan(UTTERANCES, MODELS, part, settings["scale"])
        systems[name] = {system for system, _ in pairs}
    assert set(systems) == {"train", "valid", "test"}
    assert systems["train"] == systems["valid"]
    new = {name for name in systems["test"] if kind_of(name) != "edit"}
    assert new - systems["train"] == HELD_OUT
    assert {"noisy", *MODELS} <= systems["train"]


def test_default_of_folders_has_the_planned_size_and_shares_utterances():
    settings = config.load(CONFIGS[0].parents[2] / "folders/conf/leaderboard.yaml")
    pairs = plan(UTTERANCES, MODELS, settings["sets"]["train"])
    assert len(pairs) == len(set(pairs)) == 2400
    counts = Counter(system for system, _ in pairs)
    assert counts["e1"] == counts["e2"] == counts["e3"] == 320 and counts["clean"] == 20
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
    members = {}
    for utt in scps["wav"]:
        waves = [audio.read(scps[name][utt])[0] for name in ("e1", "e2", "spk1")]
        members[utt] = f"audio members/{utt}.flac"
        audio.write(members[utt], np.stack(waves, axis=1), 16000)
    write_scp("committee/committee.scp", members)
    write_scp("committee/members", {"dtln": 0, "gtcrn": 1, "nsnet2": 2})
    clips = {"checkpoints": 6, "noisy": 3, "clean": 1, "codec": 2, "wiener": 4}
    clips |= {"gtcrn": 2, "nsnet2": 1, "subset_mean": 1}
    edits = {"utterances": 2, "each": 3}
    part = {"utterances": 4, "edits": edits, "clips": clips}
    Path("leaderboard.yaml").write_text(
        yaml.safe_dump({"scale": 1, "sets": {"test": part}})
    )
    return clips


def run(*options, data_dir="data/test"):
    scps = [f"{name}=data/test/{name}.scp" for name in ("e1", "e2")]
    options = ["--enhanced", *scps, "--config", "leaderboard.yaml", *options]
    options += ["--committee", "committee"]
    main(["--data_dir", data_dir, "--output_dir", "exp/leaderboard/test", *options])


def test_program_writes_a_valid_leaderboard(corpus, capsys):
    run()
    assert "26 clips: clean 1, codec 2, e1 3, e2 3, edit_1 2" in capsys.readouterr().out
    folder = Path("exp/leaderboard/test")
    wavs = validate_leaderboard(folder, check_audio=True)
    systems, utts = read_scp(folder / "utt2sys"), read_scp(folder / "utt2utt")
    assert Counter(systems.values())["wiener"] == corpus["wiener"]
    kinds = read_scp(folder / "sys2kind")
    assert kinds["e1"] == kinds["wiener"] == "enhancer"
    assert kinds["codec"] == "distortion" and set(kinds) == set(systems.values())
    assert kinds["edit_2"] == "edit" and kinds["subset_mean"] == "committee"
    reference, noisy = read_scp(folder / "spk1.scp"), read_scp(folder / "noisy.scp")
    for clip, utt in utts.items():
        assert clip == f"{systems[clip]}-{utt}"
        assert reference[clip] == f"audio spk1/{utt}.flac"
        assert noisy[clip] == f"audio wav/{utt}.flac"
        if systems[clip] == "e1":
            assert wavs[clip] == f"audio e1/{utt}.flac"


def test_no_clip_is_heard_by_a_committee_that_it_is_a_member_of(corpus):
    run()
    folder = Path("exp/leaderboard/test")
    systems, utts = read_scp(folder / "utt2sys"), read_scp(folder / "utt2utt")
    committee, wavs = read_scp(folder / "committee.scp"), read_scp(folder / "wav.scp")
    for clip, channels in read_scp(folder / "utt2members").items():
        assert committee[clip] == f"audio members/{utts[clip]}.flac"
        expected = {"gtcrn": "2", "nsnet2": "1"}.get(systems[clip], "1 2")
        if kind_of(systems[clip]) != "edit":
            assert channels == expected
        if systems[clip] == "gtcrn":
            member = audio.read_channels(committee[clip])[0][:, 1]
            np.testing.assert_array_equal(audio.read(wavs[clip])[0], member)


def test_the_edits_of_an_utterance_are_of_one_output(corpus):
    run()
    folder = Path("exp/leaderboard/test")
    edits = {n: p for n, p in read_scp(folder / "wav.scp").items() if "edit_" in n}
    members = read_scp(folder / "utt2members")
    for utt in {name.partition("-")[2] for name in edits}:
        names = [f"edit_{number}-{utt}" for number in (1, 2, 3)]
        assert len({members[name] for name in names}) == 1
        waves = [audio.read(edits[name])[0] for name in names]
        assert not np.array_equal(waves[0], waves[1])


def test_outputs_of_a_users_system_are_taken_by_their_ids(corpus, caplog):
    """One is missing, and those that are there come 300 samples late."""
    for utt, path in list(read_scp("data/test/e1.scp").items())[:3]:
        late = np.pad(audio.read(path)[0], (300, 0))[:16000]
        audio.write(f"mine/deeper/{utt}.wav", late, 16000)
    run("--systems_dir", "mine=mine")
    folder = Path("exp/leaderboard/test")
    names = [n for n, s in read_scp(folder / "utt2sys").items() if s == "mine"]
    assert names == ["mine-utt0", "mine-utt1", "mine-utt2"]
    assert read_scp(folder / "wav.scp")["mine-utt1"] == "mine/deeper/utt1.wav"
    assert [message.partition(": ")[2] for message in caplog.messages] == [
        "no output for 1 of 4 mixtures, utt3 first; they are left out",
        "3 of 3 outputs lag behind their mixtures, by 300 samples (median); they are "
        "taken as they are. Shift them if that is not meant",
    ]


def test_second_run_makes_only_what_is_missing_or_out_of_date(corpus):
    run()
    clips = sorted(Path("exp/leaderboard/test/audio").rglob("*.flac"))
    before = {clip: (clip.stat().st_mtime_ns, clip.read_bytes()) for clip in clips}
    made = ("codec", "wiener", "gtcrn", "nsnet2", "subset_mean")
    assert len(before) == sum(corpus[name] for name in made) + 6
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
    assert "without gtcrn: its package is not installed" == message


def test_bad_input_ends_with_one_line(corpus):
    with pytest.raises(SystemExit, match="--enhanced 'e1': expected NAME=SCP"):
        run("--enhanced", "e1")
    with pytest.raises(SystemExit, match="expected 'valid'"):
        run(data_dir="data/valid")
    audio.write("short/utt0.wav", np.zeros(15999), 16000)
    audio.write("slow/utt0.wav", np.zeros(16000), 8000)
    audio.write("other/a.wav", np.zeros(16000), 16000)
    for given, complaint in (
        ("gain=short", "'gain': expected a name without.*Rename it"),
        ("mine=short", "short/utt0.wav: expected 16000 samples at 16000 Hz.*15999"),
        ("mine=slow", "slow/utt0.wav: expected 16000.*got 16000 at 8000 Hz"),
        ("mine=other", "named by the ids of the mixtures, as utt0.wav, got none among"),
        ("mine=nowhere", "nowhere: no such folder"),
    ):
        with pytest.raises(SystemExit, match=complaint):
            run("--systems_dir", given)
    write_scp("committee/committee.scp", {"utt0": "audio members/utt0.flac"})
    with pytest.raises(SystemExit, match="committee: expected each utterance.* no utt1"):
        run()
    write_scp("data/test/e2.scp", {"utt0": "audio e2/utt0.flac"})
    with pytest.raises(
        SystemExit, match="e2.scp: expected the 4 utterances that are.*got no utt1"
    ):
        run()
