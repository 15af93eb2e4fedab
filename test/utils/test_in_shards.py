"""utils/in_shards.sh: what comes first, the parts, and the one that joins them."""

import subprocess

from shell import UTILS, bash

WRITE = """echo "$*" >>calls; [[ "$*" != *"2/2" || -e mended ]]"""


def run(parts, cwd):
    command = [UTILS / "in_shards.sh", parts, UTILS / "run.sh", "log/x y.log"]
    command += ["bash", "-c", WRITE, "program", "--name", "a  b"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)


def calls(cwd):
    lines = (cwd / "calls").read_text().splitlines()
    (cwd / "calls").unlink()
    assert all(line.startswith("--name a  b") for line in lines)
    return [line.removeprefix("--name a  b") for line in lines]


def test_one_part_is_the_program_alone(tmp_path):
    assert run("1", tmp_path).returncode == 0
    assert calls(tmp_path) == [""]


def test_parts_come_between_what_is_first_and_what_joins(tmp_path):
    (tmp_path / "mended").touch()
    result = run("3", tmp_path)
    assert result.returncode == 0, result.stderr
    first, *parts, last = calls(tmp_path)
    assert (first, last) == (" --shard 0/3", "")
    assert sorted(parts) == [f" --shard {n}/3" for n in (1, 2, 3)]
    logs = {path.name for path in (tmp_path / "log").iterdir()}
    assert logs == {"x y.log", *(f"x y.{n}.log" for n in range(4))}


def test_nothing_is_joined_when_a_part_has_failed(tmp_path):
    result = run("2", tmp_path)
    assert result.returncode == 1
    assert "failed; the end of log/x y.2.log:" in result.stderr
    assert sorted(calls(tmp_path)) == [f" --shard {n}/2" for n in (0, 1, 2)]


def test_the_cluster_is_asked_for_what_its_options_say(tmp_path):
    text = (UTILS / "cmd.sh").read_text()
    changed = text.replace("cmd_backend=local", "cmd_backend=slurm")
    for name, content in (("local", text), ("slurm", changed)):
        (tmp_path / f"{name}.sh").write_text(content)
    script = (
        'nj=30 ngpu=$2\n. "./$1.sh"\n'
        'echo "${shards} ${cpus}|${train_cmd}|${cuda_cmd}|${decode_cmd}"'
    )

    def said(*arguments):
        result = bash(script, *arguments, cwd=tmp_path)
        return result.stdout.strip().split("|")

    assert said("local", "2") == ["1 30", *["../../utils/run.sh"] * 3]
    (shards, train, cuda, decode), with_gpus = said("slurm", "0"), said("slurm", "2")
    assert shards.startswith("30 ")
    for command in (train, cuda, decode):
        assert command.startswith("../../utils/slurm.sh --max-jobs-run=30 ")
    assert with_gpus == [shards, train, f"{cuda} --gres=gpu:2", decode]
