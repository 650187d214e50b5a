"""The house in which the access matrix asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.labsys import wonderland


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> wonderland.House:
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    return wonderland.build()
