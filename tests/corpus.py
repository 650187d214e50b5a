"""Where the corpus of instrument files lies: ``LABSYS_CORPUS``, else ``../shared/corpus`` beside the repository.

None of it is part of the project; a test that needs a file is skipped, with the reason, where it is missing.
"""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def root() -> Path:
    return Path(os.environ.get("LABSYS_CORPUS") or BESIDE)


def corpus(path: str) -> Path:
    """The corpus file at ``path`` (``cycler/neware/test_2.ndax``), or the test is skipped."""
    found = root() / path
    if not found.is_file():
        pytest.skip(f"corpus file {path} is missing; set LABSYS_CORPUS to the folder that holds it")
    return found


def truth(name: str) -> Path:
    """A file of known answers, which lies beside the corpus, or the test is skipped."""
    found = root().parent / "truth" / name
    if not found.is_file():
        pytest.skip(f"truth file {name} is missing beside the corpus")
    return found
