"""Each system against its interface, and for what it is said to do."""

from pathlib import Path

import numpy as np
import pytest
from signals import mix, noise_like, speech_like

import sqase.systems
from sqase.metrics import score
from sqase.published import PUBLISHED
from sqase.runtime.seeding import rng_for
from sqase.systems import KINDS, SYSTEMS, kind_of, process
from sqase.systems.edit import GAINS, edited, kinds_for
from sqase.systems.stft import spectrum, waveform

RATE = 16000
HELPERS = {"__init__", "leaderboard", "outputs", "planning", "published"}
HELPERS |= {"source", "stft"}
MEMBERS = [name for name in PUBLISHED if name != "committee"]
FIXED = {"noisy", "clean", *KINDS["published"]}  # nothing is drawn


@pytest.fixture(scope="module")
def sources():
    """A mixture, its reference and an enhancement that left a third of the noise."""
    speech, noise = speech_like(3, seed=1), noise_like(3, seed=2)
    noisy = 0.9 * mix(speech, noise, snr=5)
    enhanced = 0.9 * speech + (noisy - 0.9 * speech) / 3
    return {"noisy": noisy, "reference": 0.9 * speech, "enhanced": enhanced}


def run(name, sources, seed=0):
    """With members of the committee that lie between the mixture and the enhanced."""
    members = {
        member: (number * sources["noisy"] + sources["enhanced"]) / (number + 1)
        for number, member in enumerate(MEMBERS, 1)
    }
    rng = rng_for("utt", seed)
    return process(name, **sources, members=members, sample_rate=RATE, rng=rng)


def test_webrtc_takes_6_db_or_more_from_noise():
    noise = noise_like(3, seed=2)
    sources = dict.fromkeys(("noisy", "reference", "enhanced"), noise)
    for seed in range(4):
        assert np.std(run("webrtc", sources, seed)) < 0.51 * np.std(noise)


def test_webrtc_turns_no_phases():
    """Of a voice of 150 Hz, which its high pass would turn by a sixth of a circle."""
    time = np.arange(4 * RATE) / RATE
    beat = np.sin(2 * np.pi * 2 * time).clip(0)
    voice = (0.2 * beat * np.sin(2 * np.pi * 150 * time)).astype(np.float32)
    sources = dict.fromkeys(("noisy", "reference", "enhanced"), voice)
    assert si_snr(sources, run("webrtc", sources, seed=0)) > 10


def si_snr(sources, wave):
    scores = score(
        ["si_snr"], reference=sources["reference"], enhanced=wave, sample_rate=RATE
    )
    return scores["si_snr"].value


def test_table_lists_every_file():
    folder = Path(sqase.systems.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - HELPERS == set(SYSTEMS) - set(
        KINDS["published"]
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_interface(name, sources):
    before = {key: wave.copy() for key, wave in sources.items()}
    waves = [run(name, sources, seed) for seed in range(1 if name in FIXED else 4)]
    for wave in waves:
        assert wave.dtype == np.float32 and wave.shape == sources["noisy"].shape
        assert np.abs(wave).max() <= 1 and np.abs(wave).max() > 1e-3
    assert np.array_equal(run(name, sources, seed=0), waves[0])
    if name not in FIXED:
        assert not np.array_equal(waves[0], waves[1])
    if name not in ("noisy", "clean"):
        assert SYSTEMS.load(name).__doc__
    assert all(np.array_equal(before[key], sources[key]) for key in sources)


@pytest.mark.parametrize("name", SYSTEMS)
def test_silence_and_an_odd_length_give_no_nan(name):
    silence = np.zeros(4321, dtype=np.float32)
    wave = run(name, dict.fromkeys(("noisy", "reference", "enhanced"), silence))
    assert np.abs(wave).max() < 1e-3


@pytest.mark.parametrize("name", SYSTEMS)
def test_time_is_kept(name, sources):
    """A delay would ruin every metric that compares with the reference."""
    same = dict.fromkeys(sources, sources["reference"])
    wave = run(name, same)
    size = 2 * len(wave)
    spectra = np.fft.rfft(wave, size) * np.conj(np.fft.rfft(same["noisy"], size))
    assert np.argmax(np.fft.irfft(spectra)) == 0


def test_a_published_enhancer_is_a_member_and_the_committee_the_mean_of_all(sources):
    assert kind_of("nsnet2") == "published" and kind_of("subset_mean") == "committee"
    waves = {name: run(name, sources) for name in MEMBERS}
    assert not np.array_equal(waves["gtcrn"], waves["dtln"])
    mean = np.mean(list(waves.values()), axis=0)
    np.testing.assert_allclose(run("committee", sources), mean, atol=1e-6)


def test_a_subset_mean_has_two_members_or_more():
    members = dict(zip(MEMBERS, np.eye(len(MEMBERS), 4321)))
    rest = dict.fromkeys(("noisy", "reference", "enhanced"), np.zeros(4321))
    sizes = set()
    for seed in range(40):
        options = {"members": members, "sample_rate": RATE, "rng": rng_for("utt", seed)}
        wave = process("subset_mean", **rest, **options)
        sizes.add(int((wave > 0).sum()))
        assert wave.sum() == pytest.approx(1, abs=1e-5)
    assert sizes == set(range(2, len(MEMBERS) + 1))


@pytest.mark.parametrize("name", ["wiener", "spectral_gate", "blend_clean"])
def test_enhancers_enhance(name, sources):
    before = si_snr(sources, sources["noisy"])
    after = [si_snr(sources, run(name, sources, seed)) for seed in range(4)]
    assert np.mean(after) > before + 1


@pytest.mark.parametrize(
    "name", ["blend_noisy", "over_suppression", "musical_noise", "packet_loss", "codec"]
)
def test_distortions_hurt(name, sources):
    clean = sources | {"enhanced": sources["reference"]}
    changed = [si_snr(sources, run(name, clean, seed)) for seed in range(4)]
    assert np.mean(changed) < 25


def test_edits_are_near_what_they_are_edits_of(sources):
    target = {"reference": sources["enhanced"]}
    waves = [run("edit", sources, seed) for seed in range(40)]
    near = [si_snr(target, wave) for wave in waves]
    assert 3 < min(near) < 12 and 18 < np.median(near) < 40


@pytest.mark.parametrize("kind", GAINS)
def test_each_kind_of_edit_changes_what_it_says_and_draws_anew(kind, sources):
    others = {"reference": sources["reference"]}
    parts = {name: sources[name] for name in ("enhanced", "noisy")}
    first, again, other = (
        edited(
            *(kind,), **parts, others=others, sample_rate=RATE, rng=rng_for("utt", seed)
        )
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    powers = np.abs(spectrum(first, RATE)), np.abs(spectrum(parts["enhanced"], RATE))
    gains = 20 * np.log10((powers[0] + 1e-6) / (powers[1] + 1e-6))
    over_time, over_frequency = np.median(gains, 0).std(), np.median(gains, 1).std()
    if kind == "smooth_time":
        assert over_time > 3 * over_frequency
    if kind in ("smooth_frequency", "band"):
        assert over_frequency > 3 * over_time
    assert 1e-3 < np.abs(gains).mean() < 12


def test_edits_blend_with_what_there_is():
    assert "blend_committee" not in kinds_for({"reference": 0})
    assert {"blend_noisy", "blend_committee"} < set(kinds_for({"committee": 0}))


def test_gain_changes_the_level_only_and_never_clips(sources):
    loud = sources["enhanced"] / np.abs(sources["enhanced"]).max()
    waves = [run("gain", dict.fromkeys(sources, loud), seed) for seed in range(8)]
    peaks = [np.abs(wave).max() for wave in waves]
    assert max(peaks) == pytest.approx(1, abs=1e-6) and min(peaks) < 0.7
    for wave, peak in zip(waves, peaks):
        assert wave == pytest.approx(peak * loud, abs=1e-6)


def test_clipping_and_band_limit_do_what_they_say(sources):
    same = dict.fromkeys(sources, sources["noisy"])
    clipped = run("clipping", same)
    assert np.mean(np.abs(clipped) >= np.abs(clipped).max() - 1e-6) > 0.001
    above = slice(7500, None)  # Hz: beyond the highest upper edge
    power = [
        np.sum(np.abs(np.fft.rfft(wave, RATE))[above] ** 2)
        for wave in (run("band_limit", same), sources["noisy"])
    ]
    assert power[0] < 0.1 * power[1]


def test_spectrum_is_inverted(sources):
    noisy = sources["noisy"][:12345]
    again = waveform(spectrum(noisy, RATE), RATE, len(noisy))
    assert np.abs(again - noisy).max() < 1e-6


def test_bad_input_is_refused(sources):
    short = sources | {"enhanced": sources["enhanced"][:-1]}
    with pytest.raises(ValueError, match="inputs of one length, got noisy 48000"):
        process("noisy", **short, members={}, sample_rate=RATE, rng=rng_for("utt", 0))
    broken = sources | {"enhanced": sources["enhanced"] * np.nan}
    with pytest.raises(ValueError, match="system blend_noisy: expected finite"):
        run("blend_noisy", broken)
    with pytest.raises(ValueError, match="did you mean wiener"):
        run("weiner", sources)
