"""The judge's own enhancer is the packaged one, and is not trained."""

import numpy as np
import pytest
import torch
from signals import noise_like, speech_like

from sqase.pretrained import ENHANCER
from sqase.sqa.estimator import ReferenceEstimator
from sqase.sqa.model import SQAModel
from sqase.tasks.enhance import EXPORTED, Enhancer


@pytest.fixture(scope="module")
def estimator():
    made = ReferenceEstimator()
    made.load_enhancer(ENHANCER / EXPORTED)
    return made


@pytest.mark.parametrize("samples", [600, 16000, 20001])
def test_it_makes_what_the_packaged_enhancer_makes(estimator, samples):
    noisy = (speech_like(2, 1) + 0.3 * noise_like(2, 2)).astype(np.float32)[:samples]
    guess = estimator(torch.from_numpy(noisy)[None], torch.tensor([samples]))
    np.testing.assert_allclose(guess[0], Enhancer(ENHANCER)(noisy), atol=1e-5)


def test_what_is_beyond_the_valid_samples_changes_nothing(estimator):
    noisy = torch.from_numpy(speech_like(1, 1)).float().repeat(3, 1)
    noisy[1, 9000:] = 0.5
    lengths = torch.tensor([16000, 9000, 9000])
    guess = estimator(noisy, lengths)
    torch.testing.assert_close(guess[1], guess[2])
    assert not guess[1, 9000:].any() and guess[0, 15000:].any()


def test_an_assessor_does_not_train_it():
    heads = {"si_snr": {"low": -20, "high": 35}}
    model = SQAModel(heads, formulas=True, estimator={"channels": 4, "layers": 1})
    torch.manual_seed(0)
    torch.nn.init.normal_(model.heads, std=0.1)
    own = set(map(id, model.estimator.parameters()))
    assert own and not own & set(map(id, model.trained_parameters()))
    speech = torch.randn(2, 8000, requires_grad=True)
    model(speech).sum().backward()
    assert all(p.grad is None for p in model.estimator.parameters())
    assert speech.grad.any()
