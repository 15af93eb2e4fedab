"""The pipelines: their calls fit the programs, and bad use is refused early."""

import importlib
import re
import subprocess
import sys

import pytest
from shell import ROOT, UTILS, bash

TEXT, *OTHERS = (
    re.sub(r" *\\\n *", " ", (UTILS / f"{name}.sh").read_text())
    for name in "pipeline sqa_pipeline cross_pipeline kinds_pipeline stages leaderboard assessor arms rows".split()
)
ALL = "".join([TEXT, *OTHERS])
SHARED = re.search(r"^train_dirs=\((.*)\)$", TEXT, re.MULTILINE).group(1)
CALLS = [
    (program, re.findall(r"--(\w+)", words.replace('"${train_dirs[@]}"', SHARED)))
    for program, words in re.findall(
        r"^ *run (?:start|step) \S+ \S+(?: \S+\"\)?)?? (\w+) (.*)$", ALL, re.MULTILINE
    )
]


def pipeline(*arguments):
    return subprocess.run(
        [ROOT / "egs" / "mini" / "run.sh", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_stage_is_described_and_defined():
    described = re.findall(r"^# +(\d+) ", TEXT, re.MULTILINE)
    defined = re.findall(r"^stage_(\d+)\(\)", TEXT, re.MULTILINE)
    assert described == defined == [str(number) for number in range(1, 11)]


def test_all_calls_are_found():
    assert len(CALLS) == len(re.findall(r"^ *run (?:start|step) ", ALL, re.MULTILINE))
    programs = {"se_train", "sqa_train", "train_arm", "report", "import_leaderboard"}
    programs |= {"sqase_adapt", "se_enhance", "label_data"}
    assert programs <= {program for program, _ in CALLS}


@pytest.mark.parametrize(("program", "options"), CALLS, ids=[c[0] for c in CALLS])
def test_programs_have_the_options_they_are_given(program, options):
    parser = importlib.import_module(f"sqase.bin.{program}").get_parser()
    known = {option for action in parser._actions for option in action.option_strings}
    assert {f"--{option}" for option in options} <= known
    required = {action.dest for action in parser._actions if action.required}
    assert required <= set(options) | {"real_dir", "recordings"}


def test_programs_whose_work_is_cut_can_do_a_part():
    cut = re.findall(
        r'^ *run (?:start|step) "\$\{in_shards\S+ \S+ \S+ (\w+) ', ALL, re.MULTILINE
    )
    assert sorted(set(cut)) == [
        "label_data",
        "make_committee",
        "score",
        "se_enhance",
    ]
    for program in [*cut, "simulate_data"]:
        parser = importlib.import_module(f"sqase.bin.{program}").get_parser()
        assert "--shard" in parser.format_help()
    scripts = [path.read_text() for path in ROOT.glob("egs/*/local/data.sh")]
    for text in [text for text in scripts if "sqase.bin.simulate_data" in text]:
        assert re.search(r"^shard=1/1 ", text, re.MULTILINE)
        assert '--shard "${shard}"\n' in text


def test_every_option_says_what_it_is():
    declared = TEXT.split("# begin options\n")[1].split("# end options\n")[0]
    assert all(re.search(r"\S  ?# \S|\s# \S", line) for line in declared.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stage", "0"], "--stage: expected a number of 1 or more"),
        (["--stage", "3", "--stop_stage", "2"], "expected 1 to 10, in order"),
        (["--stop_stage", "11"], "expected 1 to 10"),
        (["extra"], "'extra': expected an option"),
        (["--nj"], "--nj: expected a value, got none"),
    ],
)
def test_wrong_use_is_refused(arguments, message):
    result = pipeline(*arguments)
    assert result.returncode == 2 and message in result.stderr


def test_stages_ask_for_what_an_earlier_one_writes(tmp_path):
    result = pipeline(
        "--python", sys.executable, "--stage", "4", "--expdir", str(tmp_path / "exp")
    )
    assert result.returncode == 1
    assert "leaderboard/test/labels.jsonl.done: no such file" in result.stderr


def test_another_size_in_the_same_folder_is_refused(tmp_path):
    (tmp_path / "size").write_text("small\n")
    options = "--python", sys.executable, "--stage", "4", "--expdir", str(tmp_path)
    result = pipeline(*options)
    assert result.returncode == 1
    assert "expected 'default', got 'small'" in result.stderr


def test_an_unknown_back_end_is_refused(tmp_path):
    text = (UTILS / "cmd.sh").read_text()
    changed = text.replace("cmd_backend=local", "cmd_backend=moon")
    (tmp_path / "cmd.sh").write_text(changed)
    result = bash(". ./cmd.sh", cwd=tmp_path)
    assert result.returncode == 2
    assert "cmd_backend: expected local or slurm, got 'moon'" in result.stderr


@pytest.mark.parametrize(
    "size, config, folder",
    [
        ("default", "conf/se_guided.yaml", "."),
        ("small", "conf/se_guided.yaml", "exp"),
        ("default", "conf/tuning/se_guided_x.yaml", "exp/se_guided_x"),
    ],
)
def test_an_ablation_has_a_table_of_its_own(tmp_path, size, config, folder):
    script = """size=$1 guided_config=$2 arms="a b" seeds=1 published="c d"
test_sets="real real_2" expdir=exp datadir=data
. "${utils}/layout.sh"
folder_of_table
command_line"""
    found = bash(script, size, config, cwd=tmp_path).stdout.splitlines()
    assert found[0] == folder
    assert ("--guided_config" in found[1]) == ("tuning" in config)
    assert (
        '--test_sets "real real_2" --arms "a b" --published "c d" --seeds' in found[1]
    )
    assert found[1].endswith("x.yaml" if "tuning" in config else '--seeds "1"')
    trained = re.search(r"train_arm --config (\S+)", ALL).group(1)
    assert trained == '"${guided_config:?}"'


def test_published_enhancers_have_no_seed_and_no_training(tmp_path):
    script = """arms="noisy baseline" seeds="1 2" published=all test_sets=test
expdir=exp datadir=data python=installed
installed() { [[ "$*" == "-m sqase.bin.published --names all" ]] && echo gtcrn; }
. "${utils}/common.sh"
. "${utils}/layout.sh"
. "${utils}/rows.sh"
start_enhancing() { echo "enhance $*"; }
find_rows
for_each_result enhance
for_each_result note_result
echo "${enhanced[@]}" "${scores[@]}" """
    for seed in (1, 2):
        (tmp_path / f"exp/seed{seed}").mkdir(parents=True)
        (tmp_path / f"exp/seed{seed}/baseline.done").touch()
    *made, listed = bash(script, cwd=tmp_path).stdout.splitlines()
    others = [line for line in made if "gtcrn" in line]
    assert others == ["enhance exp/published/gtcrn/test gtcrn data/test/wav.scp"]
    assert len(made) == 3
    assert listed.count("exp/published/gtcrn/test/wav.scp") == 2
    for seed in (1, 2):
        assert f"exp/scores/seed{seed}/gtcrn/test.jsonl" in listed


def test_epochs_are_spread(tmp_path):
    script = '. "${utils}/layout.sh"\nspread_epochs models'
    (tmp_path / "models").mkdir()
    for epoch in range(1, 13):
        (tmp_path / "models" / f"{epoch}epoch.pth").touch()
    (tmp_path / "models" / "latest.pth").touch()
    assert bash(script, cwd=tmp_path).stdout.split() == [
        f"{epoch}epoch.pth" for epoch in (3, 6, 12)
    ]
    for epoch in range(2, 13):
        (tmp_path / "models" / f"{epoch}epoch.pth").unlink()
    assert bash(script, cwd=tmp_path).stdout.split() == ["1epoch.pth"]


def test_no_arm_enhances_what_it_was_trained_with(tmp_path):
    script = """expdir=exp
. "${utils}/layout.sh"
for arm in refreshed refreshed_real; do for set in test real real_2; do
    training_for "${arm}" 1 "${set}"
done; done"""
    found = bash(script, cwd=tmp_path).stdout.split()
    arms = ["refreshed"] * 3 + ["refreshed_real"] * 2 + ["refreshed_real_2"]
    assert found == [f"exp/seed1/arms/{arm}" for arm in arms]
    assert "train_arms real _2 train_real_2\n" in TEXT


def test_presets_are_chosen_without_an_assessor(tmp_path):
    script = r"""arms="noisy baseline preset" seeds="1 2" expdir=exp datadir=data
cuda_cmd=on cpus=3
. "${utils}/layout.sh"
. "${utils}/arms.sh"
need_file() { echo "needs $*"; }
run() { echo "$*"; }
choose_presets
train_arms simulated ""
arms="noisy baseline"
choose_presets"""
    found = bash(script, cwd=tmp_path).stdout.splitlines()
    options = "--valid_dir data/valid --baseline exp/seed1/baseline"
    assert found[:2] == [
        "needs exp/seed1/baseline.done",
        f"step on exp/seed1/arms/preset choose_preset {options}"
        " --output_dir exp/seed1/arms/preset --nj 3",
    ]
    assert found[2:] == [line.replace("seed1", "seed2") for line in found[:2]]


def test_a_committee_is_made_of_the_rows_that_arms_of_the_kind_train_on(tmp_path):
    script = r"""arms="noisy baseline preset placebo refreshed_committee committee_real" seeds=1
expdir=exp datadir=data size=smoke guided_config=config leaderboard=l assessor=a
cuda_cmd=on ngpu=0 train_dirs=()
. "${utils}/layout.sh"
. "${utils}/arms.sh"
need_file() { :; }
finish() { :; }
redo_if_changed() { echo "redo $*"; }
make_committee() { echo "start $*"; }
run() { echo "$*" | grep -o 'arm .*real_dir \S* --committee \S*'; }
train_arms real "" train_real"""
    found = bash(script, cwd=tmp_path).stdout.splitlines()
    all_arms = "placebo refreshed_committee committee_real"
    options = "--guided_config config --arms"
    assert found == [
        f"redo exp/arms/train {all_arms} config",
        f"start exp/arms/train data/train/wav.scp --size smoke {options} {all_arms}",
        "redo exp/arms/train_real committee_real config",
        "start exp/arms/train_real data/train_real/wav.scp --size smoke --real "
        f"{options} committee_real",
        "arm --config config --size smoke --arm committee_real --seed 1"
        " --real_dir data/train_real --committee exp/arms",
    ]
