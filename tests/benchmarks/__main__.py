"""Three benchmarks, run by ``make benchmark``.

Without an argument: file on disk to done against the parse alone, and the series call, on the largest cycler file of
the corpus. With ``million``: pages and searches of a laboratory of 1,000,000 samples and 3,000,000 ledger rows; a
folder after it keeps that laboratory for the next time, else it is made anew and thrown away. With ``long``: the cost
of a row from 1e4 to 1e7 rows, and of a zoom into the longest.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.benchmarks import long, million
from tests.corpus import root
from tests.processes import eventually, open_to_all
from tests.running import App

LARGEST = "cycler/neware/BTS85-36-6-5-110-20240424.ndax"
WARM = ("cycler/neware/nw4-120-6-1-36.ndax", "cycler/neware/nw4-120-1-6-53.ndax")
PARSE = (
    "import fastnda, sys, time; fastnda.read(sys.argv[1]); "
    "start = time.perf_counter(); fastnda.read(sys.argv[1]); print(time.perf_counter() - start)"
)


def main() -> int:
    path = root() / LARGEST
    if not path.exists():
        print("no corpus here: set LABSYS_CORPUS")
        return 2
    parse_s = min(parse_alone(path) for _ in range(3))
    with open_to_all() as folder, App(folder / "home") as app:
        token = app.token()
        app.ingest(*(root() / name for name in WARM))
        ready_s, measurement = upload_to_done(app, token, path)
        seconds = sorted(series(app, token, measurement) for _ in range(40))
    ratio = ready_s / parse_s
    print(
        f"700k rows, file to done: {ready_s:.2f} s = {ratio:.1f} x the parse alone ({parse_s:.2f} s); bar 3.5"
    )
    print(
        f"series of 2,000 points: median {1000 * seconds[20]:.0f} ms, p95 {1000 * seconds[37]:.0f} ms; bar 50 ms"
    )
    return 0 if ratio <= 3.5 and seconds[37] <= 0.05 else 1


def parse_alone(path: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def upload_to_done(app: App, token: str, path: Path) -> tuple[float, int]:
    """Seconds from the first byte of the upload until the file is read, and the measurement that came of it."""
    start = time.perf_counter()
    file = post(app, token, path)
    found: dict[str, Any] = {}

    def is_read() -> bool:
        found.update(app.get(f"/api/v1/files/{file['id']}/", token)[1])
        return found["state"] not in ("received", "reading")

    eventually(is_read)
    return time.perf_counter() - start, found["measurements"][0]


def post(app: App, token: str, path: Path) -> dict[str, Any]:
    boundary = hashlib.sha256(path.name.encode()).hexdigest()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    body = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(f"{app.address}/api/v1/files/", body, headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return dict(json.loads(answer.read()))


def series(app: App, token: str, measurement: int) -> float:
    start = time.perf_counter()
    status, found = app.get(
        f"/api/v1/measurements/{measurement}/series/?x=time_s&y=voltage_V&points=2000", token
    )
    assert status == 200 and len(found["x"]) <= 2000
    return time.perf_counter() - start


def of_a_million(arguments: list[str]) -> int:
    if arguments:
        return million.main(Path(arguments[0]).absolute())
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        return million.main(Path(folder) / "home")


def chosen(arguments: list[str]) -> int:
    if arguments[:1] == ["million"]:
        return of_a_million(arguments[1:])
    return long.main() if arguments[:1] == ["long"] else main()


if __name__ == "__main__":
    sys.exit(chosen(sys.argv[1:]))
