"""How pytest-xdist spreads the tests: by files, what takes longest first, on somewhat more workers than cores."""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

ALICE, VISITOR = "tests/browser/", "tests/browser/test_accessibility.py"


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Whole files, and those of the folder in which Alice works together: they share one installation."""

    def _split_scope(self, nodeid: str) -> str:
        return (
            ALICE
            if nodeid.startswith(ALICE) and not nodeid.startswith(VISITOR)
            else super()._split_scope(nodeid)
        )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """For ``--dist loadfile``; any other way is left to pytest-xdist."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests of whole installations wait a good part of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (3 * cores + 1) // 2


def longest_first(items: list[pytest.Item]) -> None:
    """Begun last, a long file would leave its worker alone at the end. Others keep their order."""
    items.sort(key=_seconds, reverse=True)


def _seconds(item: pytest.Item) -> float:
    """What its file says of itself: ``pytestmark = pytest.mark.takes(60)``."""
    found = item.get_closest_marker("takes")
    return float(found.args[0]) if found else 0.0
