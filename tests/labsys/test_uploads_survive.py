"""An upload over a real line to the real server: the line is cut, the web server killed, the house restarted."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import signal
import socket

import pytest

from tests.characterization import tus
from tests.processes import eventually
from tests.running import App

pytestmark = pytest.mark.takes(50)

SIZE = 24_000_000
FINAL = ("done", "unmatched", "failed", "needs mapping")


class Line:
    """One tus client that asks the running house, each time over a new connection."""

    def __init__(self, app: App, token: str) -> None:
        self.app, self.token = app, token
        self.place = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body, {**tus.VERSION, "Authorization": f"Bearer {self.token}", **sent})
        answer = line.getresponse()
        answer.read()
        return answer

    def begin(self, content: bytes) -> None:
        said = tus.words(filename="noise.bin", sha256=hashlib.sha256(content).hexdigest())
        answer = self.ask("POST", "/api/v1/uploads/", Upload_Length=str(len(content)), Upload_Metadata=said)
        assert answer.status == 201
        self.place = answer.headers["Location"].removeprefix(self.app.address)

    def offset(self) -> int:
        return int(self.ask("HEAD", self.place).headers["Upload-Offset"])

    def send(self, offset: int, piece: bytes) -> http.client.HTTPResponse:
        headers = {"Upload_Offset": str(offset), "Content_Type": tus.CONTENT_TYPE}
        return self.ask("PATCH", self.place, piece, **headers)

    def open_piece(self, offset: int, piece: bytes, announced: int) -> socket.socket:
        """Sends the head of a request and a piece that is shorter than announced; the line stays open."""
        lines = [f"PATCH {self.place} HTTP/1.1", f"Host: 127.0.0.1:{self.app.port}", "Tus-Resumable: 1.0.0",
                 f"Authorization: Bearer {self.token}", f"Content-Type: {tus.CONTENT_TYPE}",
                 f"Upload-Offset: {offset}", f"Content-Length: {announced}", "", ""]  # fmt: skip
        line = socket.create_connection(("127.0.0.1", self.app.port), timeout=60)
        line.sendall("\r\n".join(lines).encode() + piece)
        return line


@pytest.mark.timeout(280)
def test_an_upload_survives_a_cut_line_a_killed_server_and_a_restart(open_folder):
    content = random.Random(7).randbytes(SIZE)
    with App(open_folder / "home") as app:
        line = Line(app, app.token())
        line.begin(content)
        line.open_piece(0, content[:3_000_000], SIZE).close()  # the sender goes away
        eventually(lambda: line.offset() == 3_000_000, 30)

        stalled = line.open_piece(3_000_000, content[3_000_000:4_000_000], SIZE - 3_000_000)
        assert line.send(3_000_000, content[3_000_000:5_000_000]).status == 204  # a dead line holds nobody up
        stalled.close()
        assert line.offset() == 5_000_000

        dying = line.open_piece(5_000_000, content[5_000_000:23_000_000], SIZE - 5_000_000)
        eventually(lambda: line.offset() > 5_000_000, 30)  # a slice of it is acknowledged
        acknowledged = line.offset()
        for pid in app.children("gunicorn"):
            os.kill(pid, signal.SIGKILL)
        dying.close()
        eventually(lambda: app.get("/readyz")[0] == 200, 60)
        assert line.offset() == acknowledged > 5_000_000
    with App(open_folder / "home") as app:
        line.app = app
        offset = line.offset()
        assert offset == acknowledged
        assert line.send(offset - 1, b"x").status == 409
        ended = line.send(offset, content[offset:])
        assert (ended.status, ended.headers["Upload-Offset"]) == (204, str(SIZE))
        file = f"/api/v1/files/{ended.headers['Labsys-File']}/"
        eventually(lambda: app.get(file, line.token)[1]["state"] in FINAL, 60)
        found = app.get(file, line.token)[1]
    assert (found["sha256"], found["size"]) == (hashlib.sha256(content).hexdigest(), SIZE)
    assert found["timeline"][0]["state"] == "received"
