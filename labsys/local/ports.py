"""Ports to listen on."""

import socket
import time


def free(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now."""
    with socket.socket(family(host)) as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on that port of that address now."""
    with socket.socket(family(host)) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError:
            return False
        return True


def family(host: str) -> socket.AddressFamily:
    """IPv6 for an address with colons, else IPv4."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def becomes_free(port: int, host: str, limit_s: float) -> bool:
    """Whether the port is free within `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while not is_free(port, host):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
