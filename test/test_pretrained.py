"""The small models that come with the package."""

import numpy as np
import pytest
from signals import mix, noise_like, speech_like

from sqase import Assessor
from sqase.metrics import score
from sqase.pretrained import ASSESSOR, ENHANCER
from sqase.tasks.enhance import Enhancer

CLEAN = 0.3 * speech_like(4, seed=7)
NOISY = mix(CLEAN, noise_like(4, seed=7), 5)


@pytest.mark.parametrize("folder", [ASSESSOR, ENHANCER], ids=lambda path: path.name)
def test_it_is_small_and_says_what_it_may_be_used_for(folder):
    files = list(folder.iterdir())
    assert sum(path.stat().st_size for path in files) < 5e6
    assert {path.suffix for path in files} <= {".json", ".yaml", ".md", ".safetensors", ".txt"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert "LibriSpeech (c) 2014" in card and "BY-SA" not in card


def test_the_assessor_tells_noisy_from_clean_speech():
    assessor = Assessor.from_pretrained()
    clean, noisy = (assessor.score(wave, 16000) for wave in (CLEAN, NOISY))
    for metric in ("pesq_wb", "estoi", "si_snr", "sdr"):
        assert clean[metric] > noisy[metric]


def test_the_enhancer_removes_noise():
    enhanced = Enhancer(ENHANCER)(NOISY.astype(np.float32))
    before, after = (
        score(["si_snr"], reference=CLEAN, enhanced=wave, sample_rate=16000)
        for wave in (NOISY, enhanced)
    )
    assert after["si_snr"].value > before["si_snr"].value + 1
