"""What a process of labsys brings in when it starts."""

import subprocess
import sys
from pathlib import Path

from tests.processes import CHECKOUT, environment

ASKED_FOR_SELDOM = (
    "matplotlib",
    "scipy",
    "pandas",
    "lmfit",
    "sklearn",
    "pygaps",
    "gemmi",
    "pybaselines",
    "fastnda",
)
START = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "labsys.settings"
import labsys.wsgi, labsys.urls, labsys.celery
print(*sorted(set({ASKED_FOR_SELDOM!r}) & set(sys.modules)))
"""


def test_pages_and_workers_start_without_what_only_exports_and_analyses_need(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", START], cwd=CHECKOUT, env=environment(tmp_path), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (started.returncode, started.stdout.split()) == (0, []), started.stderr + started.stdout
