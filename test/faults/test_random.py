"""Random damages of a small run: its result is the same to the bit, or one clear error.

Bytes of what it reads, and of what an earlier run has left; options; kills at any time.
What carries no checksum, settings and weights in safetensors, can be another valid file
when a byte of it changes: of these, bytes are lost.
"""

import json
import random
import re
import shlex
import shutil
import time
from pathlib import Path

import pytest
import soundfile
from harness import contents, killed, run

ENHANCE = "se_enhance --model_dir model --scp data/wav.scp --output_dir exp"
RUN = (
    "validate_data data",
    ENHANCE,
    "sqase-score exp/wav.scp --reference data/spk1.scp --metrics si_snr estoi "
    "--format jsonl",
    "sqase-score exp/wav.scp --model assessor --format jsonl",
)
DAMAGES, OPTIONS, KILLS = 140, 40, 20
READ = "data in clean model assessor".split()  # folders that the run reads


@pytest.fixture(scope="module")
def small(original, tmp_path_factory):
    """A data directory of two utterances in FLAC, and the models."""
    small = tmp_path_factory.mktemp("small")
    for folder in ("in", "clean"):
        (small / folder).mkdir()
        for path in (original / folder).iterdir():
            wave, rate = soundfile.read(path)
            soundfile.write(small / folder / f"{path.stem}.flac", wave, rate)
    for folder in ("model", "assessor"):
        shutil.copytree(original / folder, small / folder)
    (small / "data").mkdir()
    lists = {"wav.scp": "in/{}.flac", "spk1.scp": "clean/{}.flac", "utt2spk": "s{}"}
    for name, value in lists.items():
        lines = [f"{utt} {value.format(utt)}\n" for utt in "ab"]
        (small / "data" / name).write_text("".join(lines))
    return small


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """The same when the run is done, and its result."""
    finished = tmp_path_factory.mktemp("finished") / "run"
    shutil.copytree(small, finished)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(finished)
        status, result = work()
    assert status == "done"
    return finished, result


def work(commands=RUN):
    """Run all programs; ("done", result) or ("error", the one line)."""
    printed = []
    for command in commands:
        outcome = run(command)
        if outcome.status:
            assert (
                len(re.findall(r"^\S+: error: ", outcome.err, re.M)) == 1
            ), outcome.err
            return "error", outcome.message
        printed.append(outcome.out)
    scores = [json.loads(line) for text in printed[2:] for line in text.splitlines()]
    return "done", (contents("exp/audio"), scores)


def cut(data, chance):
    return data[: chance.randrange(len(data))]


def lose(data, chance):
    begin = chance.randrange(len(data))
    return data[:begin] + data[begin + chance.randint(1, 300) :]


def flip(data, chance):
    place = chance.randrange(len(data))
    return (
        data[:place]
        + bytes([data[place] ^ 1 << chance.randrange(8)])
        + data[place + 1 :]
    )


def add(data, chance):
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(chance.randint(1, 50)) + data[place:]


def wipe(data, chance):
    begin = chance.randrange(len(data))
    return data[:begin] + bytes(len(data[begin : begin + 512])) + data[begin + 512 :]


def nothing(data, chance):
    return b""


LOSSES = {  # of files without a checksum
    ".yaml": (cut, nothing),
    ".json": (cut, nothing),
    ".safetensors": (cut, lose, nothing),
}


@pytest.mark.parametrize("seed", range(DAMAGES))
def test_bytes(small, finished, tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    done, result = finished
    place = tmp_path / "run"
    shutil.copytree(done if chance.random() < 0.5 else small, place)
    monkeypatch.chdir(place)
    path = chance.choice(sorted(path for path in place.rglob("*") if path.is_file()))
    damage = chance.choice(
        LOSSES.get(path.suffix, (cut, lose, flip, add, wipe, nothing))
    )
    path.write_bytes(damage(path.read_bytes(), chance))
    status, found = work()
    assert status == "error" or found == result, (damage.__name__, path.name)


WORDS = (
    "",
    "0",
    "-1",
    "1e9",
    "nan",
    "../x",
    "é b",
    "\udce9",
    "/",
    "exp",
    "1/0",
    "x" * 300,
)


@pytest.mark.parametrize("seed", range(OPTIONS))
def test_options(small, finished, tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    _, result = finished
    place = tmp_path / "run"
    shutil.copytree(small, place)
    monkeypatch.chdir(place)
    commands = [shlex.split(command) for command in RUN]
    changed = chance.choice(commands)
    changed[chance.randrange(1, len(changed))] = chance.choice(WORDS)
    status, found = work([shlex.join(command) for command in commands])
    assert status == "error" or found == result, changed
    assert set(tmp_path.iterdir()) == {place}


@pytest.mark.parametrize("seed", range(KILLS))
def test_kills(small, finished, tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    place = tmp_path / "run"
    shutil.copytree(small, place)
    monkeypatch.chdir(place)
    for _ in range(2):
        end = time.monotonic() + chance.uniform(0.0, 0.15)
        killed(ENHANCE, lambda: time.monotonic() > end)
    assert work() == ("done", finished[1])
    assert not list(Path("exp").rglob("*.part"))
