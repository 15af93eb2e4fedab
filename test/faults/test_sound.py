"""Sound files: each is heard whole and as it is, or named with the reason."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from corpora import write
from harness import CONF, STAGE_1, contents, fine, run
from signals import speech_like

SPEECH = 0.5 * speech_like(4, 1)


def header_says_half(path):
    """A WAV whose data chunk is said to end in the middle of the sound."""
    content = bytearray(write(path, SPEECH).read_bytes())
    size = int.from_bytes(content[40:44], "little") // 2
    content[40:44] = size.to_bytes(4, "little")
    path.write_bytes(content)


def cut(path, **options):
    content = write(path, SPEECH, **options).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def one_huge_sample(path):
    wave = SPEECH.copy()
    wave[1000] = 1e30
    write(path, wave, subtype="FLOAT")


def loop(path):
    path.symlink_to(path.name)


def in_latin_1(path):
    write(Path("x.wav"), SPEECH).rename(path)


FILES = {  # a bad file -> how it is made, what is said of it
    "half.wav": (header_says_half, "truncated"),
    "vorbis.ogg": (cut, "truncated"),
    "opus.ogg": (lambda path: cut(path, subtype="OPUS"), "truncated"),
    "cut.au": (cut, "truncated"),
    "cut.w64": (cut, "truncated"),
    "cut.mp3": (cut, "truncated"),
    "cut.aiff": (cut, "truncated"),
    "slow.wav": (lambda path: write(path, SPEECH, 1), "expected .* Hz, got 1 Hz"),
    "fast.wav": (lambda path: write(path, SPEECH, 10**7), "expected .* Hz, got 1000"),
    "huge.wav": (one_huge_sample, "expected samples .*, got a peak of 1e\\+30"),
    "dangling.wav": (lambda path: path.symlink_to("nowhere"), "no such file"),
    "loop.wav": (loop, "no such file"),
    "two\nlines.wav": (lambda path: write(path, SPEECH), "expected a name"),
    "caf\udce9.wav": (in_latin_1, "expected a name"),
}
USES = {
    "score": "sqase-score in --model assessor --format csv",
    "enhance": "sqase-enhance in -o out --model model",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", FILES, ids=ascii)
def test_a_file_that_is_not_whole_is_named_and_the_rest_is_done(place, name, use):
    make, says = FILES[name]
    make(Path("in", name))
    outcome = run(USES[use])
    assert outcome.status == 1 and "1 of 3 files skipped" in outcome.message
    (line,) = [x for x in outcome.err.splitlines() if "skipped: audio" in x]
    assert re.search(says, line) and ascii(name)[1:5] in line
    done = outcome.out if use == "score" else str(list(contents("out")))
    assert "a.wav" in done and "b.wav" in done and ascii(name)[1:5] not in done
    outcome.out.encode(), outcome.err.encode()  # can be shown


def dc(path):
    write(path, np.full(48000, 0.3))


def opposite(path):
    write(path, np.stack([SPEECH, -SPEECH], axis=1))


UNUSABLE = FILES | {
    "constant.wav": (dc, "expected sound, got silence"),
    "opposite.wav": (opposite, "expected sound, got channels that cancel out"),
}


@pytest.mark.parametrize("name", UNUSABLE, ids=ascii)
def test_stage_1_leaves_out_what_it_cannot_use(place, name):
    make, says = UNUSABLE[name]
    make(next(Path("corpus/clean").iterdir()) / name)
    outcome = fine(STAGE_1)
    (line,) = [x for x in outcome.err.splitlines() if "left out:" in x]
    assert re.search(says, line)
    fine(STAGE_1)  # is done, and can be asked for again


def link_to(a, b):
    shutil.rmtree(b)
    b.symlink_to(a.absolute())


def copy_of(a, b):
    shutil.rmtree(b)
    shutil.copytree(a, b)


def copy_in_flac(a, b):
    for path in b.iterdir():
        path.unlink()
    for path in a.iterdir():
        soundfile.write(b / f"{path.stem} x.flac", *soundfile.read(path))


@pytest.mark.parametrize("kind", ["clean", "noise"])
@pytest.mark.parametrize("harm", [link_to, copy_of, copy_in_flac])
def test_the_same_sound_is_not_in_two_parts(place, harm, kind):
    first, second, *_ = sorted(Path("corpus", kind).iterdir())
    harm(first, second)
    outcome = fine(STAGE_1)
    assert outcome.err.count("left out:") == len(list(first.iterdir()))
    assert "the same sound as" in outcome.err
    sets = "data/train data/valid data/test"
    file, used = {"clean": "utt2rec", "noise": "utt2noise"}[kind], set()
    fine(f"validate_data --disjoint true {sets}")
    for name in sets.split():
        used |= {word for line in Path(name, file).open() for word in line.split()[1:]}
    assert not any(second.name in name for name in used)


@pytest.mark.parametrize("copied", [True, False])
def test_sets_of_the_same_sound_are_not_disjoint(place, copied):
    for name, speaker in (("one", "x"), ("two", "y")):
        Path(name).mkdir()
        sound = Path("in/a.wav")
        if copied:
            sound = Path(shutil.copy(sound, f"{name}/sound.wav"))
        Path(name, "wav.scp").write_text(f"{name} {sound}\n")
        Path(name, "utt2spk").write_text(f"{name} {speaker}\n")
    outcome = run("validate_data --disjoint true one two")
    assert outcome.status == 1
    assert re.search("two: sound .*expected it in one set only", outcome.message)


def test_a_link_upwards_is_not_walked_again(place):
    for top in ("in", next(Path("corpus/clean").iterdir())):
        Path(top, "up").symlink_to("..")
        Path(top, "here").symlink_to(".")
    Path("in/far").symlink_to(Path.cwd() / "clean")
    Path("clean/back").symlink_to(Path.cwd() / "in")
    done = fine(USES["score"])
    rows = [line.split(",")[0] for line in done.out.splitlines()[1:]]
    assert rows == ["a.wav", "b.wav", "far/a.wav", "far/b.wav"]
    assert "left out" not in fine(STAGE_1).err


def test_an_scp_file_is_utf_8(place):
    Path("x.scp").write_bytes("a clean/a.wav\nb café.wav\n".encode("latin-1"))
    for use in USES.values():
        outcome = run(use.replace(" in ", " x.scp "))
        assert outcome.status == 1 and "x.scp:2: expected UTF-8" in outcome.message


def test_long_sound_is_scored_in_pieces(place):
    import tracemalloc

    write(Path("in/a.wav"), np.tile(speech_like(10, 1, 48000), 60), 48000)
    command = "sqase-score in/a.wav --model assessor --format jsonl"
    tracemalloc.start()
    fine(command)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6  # 10 minutes at 48 kHz are 115 MB


def test_pairs_that_are_too_long_are_refused_with_the_limit(place):
    size = 16000 * 3600
    for name in ("in", "clean"):
        with soundfile.SoundFile(f"{name}/a.wav", "w", 16000, 1) as file:
            for _ in range(60):
                file.write(np.tile(SPEECH, 15)[: size // 60])
    outcome = run("sqase-score in --reference clean --metrics si_snr")
    assert outcome.status == 1 and "1 of 2 files skipped" in outcome.message
    assert re.search(r"in/a.wav: expected .* minutes at most .*got 60", outcome.err)


def test_parquet_is_whole_or_named(place, monkeypatch):
    import importlib.util
    import sys

    import pyarrow
    import pyarrow.parquet

    local = CONF.parents[1] / "urgent24/local/unpack.py"
    spec = importlib.util.spec_from_file_location("unpack", local)
    unpack = sys.modules["unpack"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unpack)
    sound = Path("in/a.wav").read_bytes()
    row = {"system_id": "s" * 300, "sample_id": "u_1", "audio": sound, "mos": 3.0}
    table = pyarrow.Table.from_pylist([row] * 3)
    pyarrow.parquet.write_table(table, "long.parquet")
    content = Path("long.parquet").read_bytes()
    Path("cut.parquet").write_bytes(content[: len(content) // 2])
    Path("empty.parquet").write_bytes(b"")
    for name, says in (("cut", "parquet"), ("empty", "parquet"), ("long", "name")):
        source = unpack.Source("train/x", Path(f"{name}.parquet"))
        with pytest.raises(ValueError, match=f"^{name}.parquet.*{says}") as error:
            unpack.unpack(source, {}, Path("out"))
        assert "\n" not in str(error.value)
    assert not [path for path in Path("out").rglob("*") if path.is_file()]
