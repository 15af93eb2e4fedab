"""sqase.metrics.score beyond the contract: errors, clamps, shared passes."""

import subprocess
import sys

import numpy as np
import pytest
import signals

from sqase.metrics import METRICS, Metric, Unscorable, fingerprint, score, scoring
from sqase.metrics import version

RATE = 16000
SPEECH = signals.speech_like(1, 0)
CALLS = []


def _counted(reference, enhanced, sample_rate):
    CALLS.append(sample_rate)
    return {"first": 7.0, "second": float("nan")}


def _refusing(reference, enhanced, sample_rate):
    raise Unscorable("too shy")


def _metric(name, compute, package="sqase"):
    return Metric(name, "intrusive", "higher", 0.0, 5.0, "", package, compute, "a test")


FIRST, SECOND = _metric("first", _counted), _metric("second", _counted)
REFUSING = _metric("refusing", _refusing)
UNINSTALLED = _metric("uninstalled", _refusing, package="no-such-package")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The metrics of this file are in the table, for one test."""
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS._entries))
    for name in ("first", "second", "refusing", "uninstalled"):
        METRICS.register(name, f"{__name__}:{name.upper()}")


def test_metrics_of_one_pass_are_computed_once_and_clamped():
    CALLS.clear()
    scores = score(
        ["second", "refusing", "first"],
        reference=SPEECH,
        enhanced=-SPEECH,
        sample_rate=RATE,
    )
    assert CALLS == [RATE]
    assert list(scores) == ["second", "refusing", "first"]
    assert scores["first"].value == 5.0 and scores["first"].clamped
    assert scores["second"].value is None
    assert scores["second"].reason == "second is not a number"
    assert scores["refusing"].reason == "too shy"


def test_infinite_values_are_clamped():
    copy = score(
        ["si_snr", "sdr"], reference=SPEECH, enhanced=-SPEECH, sample_rate=RATE
    )
    assert [(s.value, s.clamped) for s in copy.values()] == [(35.0, True)] * 2
    time = np.arange(RATE) / RATE
    apart = score(
        ["si_snr", "sdr"],
        reference=np.sin(2 * np.pi * 400 * time) * (time < 0.4),
        enhanced=np.sin(2 * np.pi * 400 * time) * (time > 0.6),
        sample_rate=RATE,
    )
    assert [(s.value, s.clamped) for s in apart.values()] == [(-20.0, True)] * 2


def test_mistakes_of_the_caller_raise():
    with pytest.raises(ValueError, match="expected sample_rate 16000 Hz, got 48000"):
        score(["lsd"], reference=SPEECH, enhanced=SPEECH, sample_rate=48000)
    stereo = np.stack([SPEECH, SPEECH])
    with pytest.raises(ValueError, match=r"enhanced of shape \(time,\), got \(2, 16"):
        score(["lsd"], reference=SPEECH, enhanced=stereo, sample_rate=RATE)
    with pytest.raises(ValueError, match="unknown metric 'pesq': did you mean pesq_"):
        score(["pesq"], reference=SPEECH, enhanced=SPEECH, sample_rate=RATE)
    with pytest.raises(ValueError, match="pip install no-such-package"):
        version("uninstalled")


def test_fingerprint_tells_versions_and_sources():
    assert fingerprint("pesq_wb").startswith("pesq ")
    assert "sig_bak_ovr.onnx:" in version("dnsmos_sig")
    prints = {
        fingerprint(name).split("source:")[1] for name in METRICS if name in SOURCES
    }
    assert len(prints) == len(SOURCES)


def test_words_do_not_change_the_fingerprint(tmp_path):
    texts = ['def f():\n    """One."""\n    return 1', "def f():  # 1\n    return 1"]
    texts.append("def f():\n    return 2")
    paths = [tmp_path / str(number) for number in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_text(text)
    first, reworded, changed = map(scoring._digest_of_code, paths)
    assert first == reworded != changed


SOURCES = [
    "pesq_wb",
    "csig",
    "stoi",
    "si_snr",
    "sdr",
    "lsd",
    "mcd",
    "srmr",
    "dnsmos_sig",
    "distill_mos",
]


def test_only_distill_mos_needs_torch():
    code = """if True:
        import sys, numpy as np
        from sqase.metrics import METRICS, score
        wave = np.random.default_rng(0).standard_normal((2, 16000))
        computed = [name for name in METRICS if METRICS.load(name).compute]
        names = [name for name in computed if name != "distill_mos"]
        score(names, reference=wave[0], enhanced=wave[1], sample_rate=16000)
        print("torch" in sys.modules)
        score(["distill_mos"], enhanced=wave[1], sample_rate=16000)
        print("torch" in sys.modules)"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.split() == ["False", "True"], out.stderr
