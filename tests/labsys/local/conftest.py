"""Homes of installations that a test starts and stops itself."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labsys.local.home import Home
from labsys.local.postgres import Server


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that every user may enter, with spaces in its name; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="labsys test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


@pytest.fixture(scope="module")
def open_folder_of_the_file() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


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
