"""The same people as on the floor below."""

import pytest

from tests.synthesis.pages.conftest import Lab, people


@pytest.fixture
def lab(db: None) -> Lab:
    return people()
