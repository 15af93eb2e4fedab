"""Each published enhancer against its interface; the files that they are made of."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from corpora import write
from signals import mix, noise_like, speech_like

from sqase.bin import make_committee, published, se_enhance, sqase_enhance
from sqase.data.data_dir import read_scp, write_scp
from sqase.published import PUBLISHED
from sqase.published.dtln import DTLN
from sqase.published.wheel import Wheel
from sqase.sound import audio

PINS = Path(__file__).resolve().parents[2] / "tools/published.txt"
MEMBERS = [name for name in PUBLISHED if name != "committee"]
ABSENT = Wheel("a-package-that-nobody-has", {"a file": "0" * 64})


@pytest.fixture(scope="module")
def systems():
    return {name: PUBLISHED.load(name)() for name in PUBLISHED}


@pytest.fixture(scope="module")
def noisy():
    return 0.5 * mix(speech_like(1, seed=1), noise_like(1, seed=2), snr=5)


@pytest.mark.parametrize("name", PUBLISHED)
def test_interface(name, systems, noisy):
    before = noisy.copy()
    wave = systems[name](noisy)
    assert wave.dtype == np.float32 and wave.shape == noisy.shape
    assert np.isfinite(wave).all() and np.array_equal(noisy, before)
    systems[name](noisy[::-1].copy())  # leaves nothing behind
    np.testing.assert_array_equal(systems[name](noisy), wave)
    assert systems[name].parameters > 10_000


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_stays_aligned_and_takes_noise_away(name, systems, noisy):
    wave = systems[name](noisy)
    size = 2 * len(wave)
    spectra = np.fft.rfft(wave, size) * np.conj(np.fft.rfft(noisy, size))
    assert np.argmax(np.fft.irfft(spectra)) == 0
    noise = noise_like(1, seed=3)
    assert np.std(systems[name](noise)) < 0.5 * np.std(noise)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("frames", [1, 4321])
def test_any_length_and_silence(name, systems, frames):
    for wave in (np.zeros(frames, np.float32), noise_like(1, seed=3)[:frames]):
        enhanced = systems[name](wave)
        assert enhanced.shape == (frames,) and np.isfinite(enhanced).all()
        assert np.std(enhanced) <= np.std(wave) + 1e-4


def test_the_committee_is_the_mean_of_those_that_are_installed(
    systems, noisy, monkeypatch, caplog
):
    waves = {name: systems[name](noisy) for name in MEMBERS}
    whole = systems["committee"]
    expected = np.mean(list(waves.values()), axis=0)
    np.testing.assert_allclose(whole(noisy), expected, atol=1e-7)

    digest = whole.digest()
    monkeypatch.setattr(DTLN, "wheel", ABSENT)
    part = PUBLISHED.load("committee")()
    assert "committee: without dtln, not installed" in caplog.text
    assert whole.parameters - part.parameters == DTLN.parameters
    assert part.digest() != digest
    del waves["dtln"]
    expected = np.mean(list(waves.values()), axis=0)
    np.testing.assert_allclose(part(noisy), expected, atol=1e-7)

    for name in MEMBERS:
        monkeypatch.setattr(PUBLISHED.load(name), "wheel", ABSENT)
    assert not part.installed()
    with pytest.raises(FileNotFoundError, match="committee: expected published"):
        PUBLISHED.load("committee")()


def test_members_are_kept_as_channels_whose_mean_is_the_committee(
    systems, noisy, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.wav", noisy)
    write_scp("wav.scp", {"a": "a.wav"})
    options = ["--scp", "wav.scp", "--output_dir", "out"]
    make_committee.main(options)
    (path,) = read_scp("out/committee.scp").values()
    noisy = audio.read("a.wav")[0]
    waves, _ = audio.read_channels(path)
    for name, number in read_scp("out/members").items():
        error = waves[:, int(number)] - systems[name](noisy)
        assert np.abs(error).max() < 1e-4
    assert np.abs(audio.read(path)[0] - systems["committee"](noisy)).max() < 1e-4
    se_enhance.main(["--model_dir", "committee", "--scp", "wav.scp", "--output_dir", "row"])
    (row,) = read_scp("row/wav.scp").values()
    assert Path(row).read_bytes() == Path(path).read_bytes()
    part = {"utterances": 1, "clips": {"gtcrn": 1, "nsnet2": 1, "noisy": 1}}
    settings = {"scale": 1, "sets": {"test": part, "bare": {"clips": {"noisy": 1}}}}
    Path("leaderboard.yaml").write_text(json.dumps(settings))
    for name, expected in (("test", {"gtcrn": "0", "nsnet2": "1"}), ("bare", None)):
        given = ["--config", "leaderboard.yaml", "--data_dir", f"data/{name}"]
        make_committee.main([*options[:2], "--output_dir", name, *given])
        written = Path(name) / "members"
        assert (read_scp(written) if written.exists() else None) == expected
    written = Path(path).stat().st_mtime_ns
    make_committee.main(options)
    assert Path(path).stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "given, names",
    [
        ([], [*MEMBERS, "committee"]),
        (["--names", "all"], [*MEMBERS, "committee"]),
        (["--names", "none"], []),
        (["--names"], []),
        (["--names", "nsnet2", "gtcrn"], ["nsnet2", "gtcrn"]),
    ],
)
def test_those_installed_are_named_in_order_the_committee_last(given, names, capsys):
    published.main(given)
    assert capsys.readouterr().out.split() == names


def test_every_package_is_pinned_and_every_pin_used():
    pinned = re.findall(
        r"^([\w-]+)==.*\\\n +--hash=sha256:\w{64}$", PINS.read_text(), re.M
    )
    assert sorted(pinned) == sorted({PUBLISHED.load(n).wheel.package for n in MEMBERS})


def test_a_package_that_is_absent_or_another_is_one_clear_error(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="expected the package a-package-that"):
        ABSENT.paths()
    wheel = DTLN.wheel
    with pytest.raises(
        FileNotFoundError, match="gone.onnx: expected it in the package"
    ):
        Wheel(wheel.package, {"gone.onnx": ""}).paths()
    other = dict.fromkeys(wheel.files, "0" * 64)
    with pytest.raises(
        ValueError, match="model_1.onnx: expected a file with the SHA-25"
    ):
        Wheel(wheel.package, other).paths()

    monkeypatch.setattr(DTLN, "wheel", ABSENT)
    source = write(tmp_path / "a.wav", noise_like(1, seed=1))
    with pytest.raises(SystemExit, match="sqase-enhance: error: .*tools/published.txt"):
        sqase_enhance.main([str(source), "-o", str(tmp_path / "o"), "--model", "dtln"])


@pytest.mark.parametrize("name, meant", [("gtcm", "gtcrn"), ("RNNoise", "rnnoise")])
def test_a_name_that_is_almost_one_is_understood_unless_it_is_a_folder(
    name, meant, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.wav", noise_like(1, seed=1))
    with pytest.raises(SystemExit, match=f"none. Did you mean {meant}.*[?] Train"):
        sqase_enhance.main(["a.wav", "-o", "o", "--model", name])
    Path(name).mkdir()
    with pytest.raises(SystemExit, match="found none. Train it"):
        sqase_enhance.main(["a.wav", "-o", "o", "--model", name])


def test_the_command_takes_a_name_in_place_of_a_folder(systems, noisy, tmp_path):
    source = write(tmp_path / "a.wav", noisy, subtype="FLOAT")
    output = tmp_path / "out"
    sqase_enhance.main([str(source), "-o", str(output), "--model", "gtcrn"])
    enhanced = soundfile.read(output / "a.wav", dtype="float32")[0]
    np.testing.assert_array_equal(enhanced, systems["gtcrn"](noisy))
    with pytest.raises(SystemExit, match="expected outputs of this model"):
        sqase_enhance.main([str(source), "-o", str(output), "--model", "nsnet2"])
