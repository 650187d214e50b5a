"""LABSYS_HOME: the one folder that holds what an installation keeps, and where each thing lies in it.

secrets/key, secrets/database   made once, mode 0600
postgres.json                   where the embedded server's data and programs lie, and its port
postgres/                       its data, unless the server's user cannot enter here
logs/*.log                      what the children said
up.lock, users.lock             who runs the server, who uses it
"""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from labsys.local.locks import Lock


@dataclass(frozen=True)
class State:
    """Where the embedded server of a home lies: its data folder, its programs, its port on 127.0.0.1."""

    data: str
    programs: str
    port: int


@dataclass(frozen=True)
class Home:
    """A LABSYS_HOME at `path`."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def state_path(self) -> Path:
        return self.path / "postgres.json"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"

    @property
    def lock(self) -> Lock:
        """Held by whoever runs the embedded server of this home, or all of labsys."""
        return Lock(self.path / "up.lock")

    def users(self, *, shared: bool) -> Lock:
        """Shared by every command that uses the server; alone by one that is about to stop it."""
        return Lock(self.path / "users.lock", shared=shared)

    def make(self) -> None:
        """The folder and what stands empty in it; nothing is changed where they exist."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)  # they hold what the demonstration says of its logins
        self.scratch.mkdir(mode=0o700, exist_ok=True)

    def state(self) -> State | None:
        """What is known of the embedded server; None before its first start."""
        try:
            return State(**json.loads(self.state_path.read_text()))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def remember(self, state: State) -> None:
        """Writes the state in one step, so that a reader never sees half of it."""
        write_whole(self.state_path, json.dumps(asdict(state), indent=1))

    def secret(self, name: str) -> str:
        """The secret of that name: 64 hexadecimal digits, made on first use, readable by the owner alone."""
        path = self.path / "secrets" / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(
                scratch, path
            )  # unlike a rename this never replaces a secret that another process just made
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
        return path.read_text().strip()

    def password(self, role: str) -> str:
        """The password of a role of the embedded server."""
        return derived(self.secret("database"), role)


def derived(secret: str, purpose: str) -> str:
    """A password for one purpose, from which neither the secret nor another password can be worked out."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def write_whole(path: Path, content: str) -> None:
    """Replaces a small file in one step."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(content)
    scratch.replace(path)
