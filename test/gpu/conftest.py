"""A GPU, which these tests compare with the CPU; without one they are skipped."""

import os

import pytest
import torch
from lab import Lab


@pytest.fixture(scope="session")
def ngpu():
    """ESPnet's option for the other side of a comparison; 0 rehearses without a GPU."""
    if torch.cuda.is_available():
        torch.backends.cudnn.allow_tf32 = False  # of 10 bits; compared is float32
        return 1
    if os.environ.get("REHEARSE_ON_CPU"):
        return 0
    pytest.skip("no GPU")


@pytest.fixture(scope="session")
def device(ngpu):
    return torch.device("cuda" if ngpu else "cpu")


@pytest.fixture(scope="session")
def lab(ngpu, tmp_path_factory):
    """A corpus of seconds and a small assessor, for both sides."""
    return Lab(tmp_path_factory.mktemp("lab")).write()
