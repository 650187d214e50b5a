"""The PostgreSQL of one test run: an embedded server in a throw-away home, without fsync.

Started by the first process of a run before settings are read (`tests/settings.py`), used by all workers of
pytest-xdist, stopped when that process ends. LABSYS_TEST_DATABASE_URL names another server instead; its user
may make databases.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from labsys.local.home import Home
from labsys.local.postgres import Server

HOME, ELSEWHERE = "LABSYS_TEST_HOME", "LABSYS_TEST_DATABASE_URL"
KEPT = {HOME, ELSEWHERE, "LABSYS_CORPUS", "LABSYS_POSTGRES_BIN"}


def prepare() -> None:
    """Points the environment at the run's home, which the first process makes together with its server."""
    if HOME not in os.environ:
        start()
    os.environ["LABSYS_HOME"] = os.environ[HOME]
    if ELSEWHERE in os.environ:
        os.environ["LABSYS_DATABASE_URL"] = os.environ[ELSEWHERE]


def start() -> None:
    """Makes the home and starts the server; both end with this process."""
    for name in {name for name in os.environ if name.startswith("LABSYS_")} - KEPT:
        del os.environ[name]  # a test run never touches a real installation
    folder = Path(tempfile.mkdtemp(prefix="labsys-test-"))
    folder.chmod(0o755)  # as root the server runs as another user, who enters here
    os.environ[HOME] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if ELSEWHERE not in os.environ:
        server = Server(Home(folder), safe=False).start()
        atexit.register(server.stop)
