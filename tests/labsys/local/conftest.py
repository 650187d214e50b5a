"""Homes of installations that a test starts and stops itself."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsys.local.home import Home
from labsys.local.postgres import Server


@pytest.fixture
def home(open_folder: Path) -> Home:
    return Home(open_folder / "a home")


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    found = Server(home, safe=False)
    yield found
    found.stop()


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root hands the server to another user")
