"""Asks a health address and ends with 0 where it answers 200: `python -m labsys.local.probe HOST PORT PATH`.

For containers, whose images have no other client. The name asked for is the first of LABSYS_ALLOWED_HOSTS.
"""

import http.client
import os
import sys


def status(host: str, port: int, path: str, name: str) -> int:
    """The status of the answer; 0 where nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=8)
    try:
        connection.request("GET", path, headers={"Host": name})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def asked_name() -> str:
    """A name that the web answers to."""
    first = os.environ.get("LABSYS_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return first if first not in ("", "*") else "localhost"


if __name__ == "__main__":
    sys.exit(0 if status(sys.argv[1], int(sys.argv[2]), sys.argv[3], asked_name()) == 200 else 1)
