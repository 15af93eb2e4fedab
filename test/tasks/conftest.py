"""One laboratory for all tests of training, and runs that several of them look at."""

import pytest
from lab import FORGETFUL, Lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("lab")).write()


@pytest.fixture(scope="session")
def refreshed(lab):
    """Two epochs of 10 updates, guided, the assessor refreshed every 3."""
    return lab.train("refreshed", "refreshed")


@pytest.fixture(scope="session")
def refreshed_real(lab):
    """The same with rows without reference, and a replay buffer that forgets."""
    return lab.train("refreshed_real", "refreshed_real", FORGETFUL)
