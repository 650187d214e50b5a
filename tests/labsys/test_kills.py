"""Worker and PostgreSQL killed with -9 while files are read: none lost, none doubled, nothing half-written."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.characterization import files
from tests.running import App

pytestmark = pytest.mark.takes(55)

FILES = 24
KILLS = 5
FINAL = {"done", "unmatched", "failed"}


@pytest.fixture
def instrument_folder(tmp_path: Path) -> list[Path]:
    """Patterns and cycler exports, the last of them empty: that one fails for its own fault."""
    paths = []
    for number in range(FILES - 1):
        name, content = f"scan{number}.xy", files.xy(points=3000 + number)
        if number % 3 == 0:
            name, content = f"run{number}.bdf.csv", files.bdf(cycles=20 + number, points=60)
        path = tmp_path / name
        path.write_bytes(content)
        paths.append(path)
    (tmp_path / "ch12.ndax").write_bytes(b"")
    return [*paths, tmp_path / "ch12.ndax"]


@pytest.mark.timeout(280)
def test_every_file_ends_once_whatever_is_killed(open_folder, instrument_folder):
    chance = random.Random(20261122)
    with App(open_folder / "home") as app:
        token = app.token()
        kills: list[str] = []
        stop = threading.Event()

        def kill() -> None:
            while len(kills) < KILLS and not stop.wait(chance.uniform(0.4, 1.6)):
                word = chance.choice(("celery", "postgres"))
                alive = app.children(word)
                if alive:
                    os.kill(chance.choice(alive), signal.SIGKILL)
                    kills.append(word)

        killer = threading.Thread(target=kill)
        killer.start()
        answers = {row["path"]: row for row in app.ingest(*instrument_folder, limit_s=240)}
        stop.set()
        killer.join()
        listed = Counter(number for row in answers.values() for number in row["measurements"])
        status, page = app.get("/api/v1/measurements/?page_size=200", token)

    assert len(kills) >= 2, kills
    assert {row["state"] for row in answers.values()} <= FINAL
    assert len(answers) == FILES
    failed = [Path(path).name for path, row in answers.items() if row["state"] == "failed"]
    assert failed == ["ch12.ndax"]
    assert status == 200
    assert sorted(listed) == sorted(found["id"] for found in page["results"])
    assert set(listed.values()) == {1}
    assert len(listed) == FILES - 1
