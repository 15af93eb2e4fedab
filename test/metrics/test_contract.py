"""What every metric in the table owes its users; a new entry is covered by itself.

A metric whose definition makes an exception of it is named, with the reason, in one of
the constants below.
"""

import ast
import importlib
import pkgutil
import re

import numpy as np
import pytest
import signals

import sqase.metrics
from sqase.metrics import METRICS, Metric, computed, score, version, worked

# Its score of swapped signals is the same: it depends on the angle between them alone.
SYMMETRIC = {"si_snr"}
# Its definition holds an SNR that does not match levels.
LEVEL_MATTERS = {"cbak"}
# How many dB more SNR it needs: opinions of the speech alone are at their lowest
# wherever noise covers its formants.
EASIER_DB = {"csig": 20, "covl": 20}

RATE = 16000
SPEECH = signals.speech_like(4, 11)
NOISE = signals.noise_like(4, 11)
COMPUTED = computed()
INTRUSIVE = [name for name in COMPUTED if METRICS.load(name).kind == "intrusive"]
OTHERS = [name for name in COMPUTED if name not in INTRUSIVE]


def noisy(snr, name=None):
    return 0.5 * signals.mix(SPEECH, NOISE, snr + EASIER_DB.get(name, 0))


def one(name, enhanced, reference=SPEECH):
    scores = score([name], reference=reference, enhanced=enhanced, sample_rate=RATE)
    assert list(scores) == [name]
    return scores[name]


def test_table_and_files_agree():
    """The name in the table is that of the metric, and no metric is left out."""
    assert [METRICS.load(name).name for name in METRICS] == list(METRICS)
    in_files = set()
    for module in pkgutil.iter_modules(sqase.metrics.__path__):
        content = vars(importlib.import_module(f"sqase.metrics.{module.name}"))
        in_files |= {v.name for v in content.values() if isinstance(v, Metric)}
    assert in_files == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_declaration(name):
    metric = METRICS.load(name)
    assert metric.kind in ("intrusive", "non_intrusive")
    assert metric.direction in ("higher", "lower")
    assert metric.low < metric.high and metric.best in (metric.low, metric.high)
    assert metric.unit in ("", "MOS", "dB") and metric.notes
    if name not in COMPUTED:
        return
    package, number = version(name).split()[:2]
    assert package == metric.package and number[0].isdigit()


@pytest.mark.parametrize("module", sorted(set(map(METRICS.module, COMPUTED))))
def test_docstring_has_worked_values(module):
    names = [name for name in COMPUTED if METRICS.module(name) == module]
    text = importlib.import_module(module).__doc__ or ""
    calls = re.findall(r"^>>> show\((.*)\)", text, re.M)
    call = ", ".join(f'"{name}"' for name in names)
    assert [list(ast.literal_eval(f"[{c}]")) for c in calls] == [names], (
        f"{module}: expected the table of its worked values once in the docstring, "
        f"that is >>> show({call}) of sqase.metrics.worked and what it prints, got "
        f"{calls}"
    )
    if "+SKIP" in text:  # slow: one line of the table stands for all
        assert f"\n{worked.line('half the noise', names)}\n" in text


@pytest.mark.parametrize("name", COMPUTED)
def test_value_in_range_unclamped_and_repeatable(name):
    metric = METRICS.load(name)
    wave, clean = noisy(10, name), SPEECH.copy()
    first = one(name, wave, clean)
    assert metric.low < first.value < metric.high
    assert first.reason is None and not first.clamped
    np.random.seed(1)
    state = np.random.get_state()[1].tolist()
    assert one(name, wave, clean) == first
    assert np.random.get_state()[1].tolist() == state, "global generator moved"
    np.testing.assert_array_equal(wave, noisy(10, name), "signal changed in place")
    np.testing.assert_array_equal(clean, SPEECH, "reference changed in place")


@pytest.mark.parametrize("name", sorted(set(COMPUTED) - LEVEL_MATTERS))
def test_level_and_dtype_do_not_matter(name):
    values = [
        one(name, noisy(10, name)).value,
        one(name, 0.2 * noisy(10, name)).value,
        one(name, noisy(10, name).astype(np.float64), SPEECH.astype(np.float64)).value,
    ]
    assert np.ptp(values) < 2e-3


@pytest.mark.parametrize("name", INTRUSIVE)
def test_monotone_in_snr_and_identical_is_best(name):
    metric = METRICS.load(name)
    values = [one(name, noisy(snr, name)).value for snr in (0, 10, 20, 30)]
    identical = one(name, SPEECH)
    assert identical.value == metric.best and identical.clamped
    assert identical.reason == "identical to the reference"
    sign = 1 if metric.direction == "higher" else -1
    assert np.all(np.diff([*values, identical.value]) * sign > 0)


@pytest.mark.parametrize("name", sorted(set(INTRUSIVE) - SYMMETRIC))
def test_swapped_signals_change_the_score(name):
    right, swapped = one(name, noisy(0, name), SPEECH), one(
        name, SPEECH, noisy(0, name)
    )
    assert swapped.value is None or abs(swapped.value - right.value) > 1e-3


@pytest.mark.parametrize("name", OTHERS)
def test_non_intrusive_scores_ignore_the_reference(name):
    expected = one(name, noisy(5), None)
    assert expected.value is not None
    assert one(name, noisy(5), SPEECH) == one(name, noisy(5), SPEECH[:9]) == expected
    assert one(name, noisy(5), noisy(5)) == expected


def with_sample(value):
    wave = noisy(10)
    wave[777] = value
    return wave


@pytest.mark.parametrize(
    "bad, reason",
    [
        (np.zeros_like(SPEECH), "silent"),
        (np.full_like(SPEECH, 0.25), "silent"),  # an offset is no sound
        (1e-5 * SPEECH, "silent"),  # would be zeros in a 16-bit file
        (SPEECH[:1600], "shorter than 0.25 s"),
        (SPEECH[:0], "shorter than 0.25 s"),
        (with_sample(np.nan), "NaN"),
        (with_sample(-np.inf), "NaN or infinite"),
    ],
)
def test_bad_audio_is_null_with_a_reason(bad, reason):
    good = noisy(10)[: len(bad)]
    as_enhanced = score(COMPUTED, reference=good, enhanced=bad, sample_rate=RATE)
    assert list(as_enhanced) == COMPUTED
    for given in as_enhanced.values():
        assert given.value is None and reason in given.reason, given
    as_reference = score(INTRUSIVE, reference=bad, enhanced=good, sample_rate=RATE)
    for given in as_reference.values():
        assert given.value is None and reason in given.reason, given


def test_pairs_that_are_none_are_null_with_a_reason():
    for name in INTRUSIVE:
        assert one(name, noisy(10), None).reason == "no reference"
        mismatch = one(name, noisy(10)[:-1], SPEECH)
        assert mismatch.value is None
        assert mismatch.reason == "reference has 64000 samples, enhanced signal 63999"
