"""The container of a BioLogic ``.mpr`` file: modules back to back, each with a name and a length.

52 bytes of head, then modules until the end of the file; no index, no checksum. Since EC-Lab 11.50 a header is 65
bytes long and holds 0xFFFFFFFF where the older one of 57 bytes holds the length. A file is whole when its last
module ends with it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from characterization.instruments.base import UnreadableFile

MAGIC = b"BIO-LOGIC MODULAR FILE"
COPY_AGAIN = "Copy it again from the instrument's computer, best after the test has ended."
FIRST_MODULE = 52
_MARK = b"MODULE"
_OLD, _NEW = 57, 65
_NEW_LAYOUT = 0xFFFFFFFF


@dataclass(frozen=True)
class Module:
    """``start`` and ``length`` are of its data, in bytes of the file; ``date`` is the day as written,
    ``10/26/20``."""

    name: str
    version: int
    date: str
    start: int
    length: int


def modules(raw: bytes, name: str) -> dict[str, Module]:
    """The modules by name, the first of each. Raises UnreadableFile ``not_this_format``, ``truncated`` or
    ``damaged``."""
    if not raw.startswith(MAGIC):
        raise UnreadableFile("not_this_format", f"{name} does not begin as a BioLogic .mpr file.")
    found: dict[str, Module] = {}
    at = FIRST_MODULE
    while at < len(raw):
        module = _module(raw, at, name)
        found.setdefault(module.name, module)
        at = module.start + module.length
    if "VMP data" not in found:
        raise UnreadableFile(
            "truncated",
            f"{name} is cut off: after {len(raw):,} bytes its table of data has not begun.",
            COPY_AGAIN,
        )
    return found


def _module(raw: bytes, at: int, name: str) -> Module:
    head = raw[at : at + _NEW]
    if not head.startswith(_MARK[: len(head)]):
        raise UnreadableFile("damaged", f"{name} is damaged: no module begins at byte {at:,}.", COPY_AGAIN)
    new = head[41:45] == struct.pack("<I", _NEW_LAYOUT)
    size = _NEW if new else _OLD
    if len(head) < size:
        raise UnreadableFile(
            "truncated", f"{name} ends in the head of a module, after {len(raw):,} bytes.", COPY_AGAIN
        )
    length, version = (
        (struct.unpack_from("<I", head, 45)[0], struct.unpack_from("<I", head, 53)[0])
        if new
        else struct.unpack_from("<II", head, 41)
    )
    module = Module(_text(head[6:16]), version, _text(head[size - 8 : size]), at + size, length)
    if module.start + length > len(raw):
        raise UnreadableFile(
            "truncated",
            f"{name} is cut off: its module {module.name} speaks of {length:,} bytes, "
            f"{len(raw) - module.start:,} arrived.",
            COPY_AGAIN,
        )
    return module


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("cp1252", errors="replace").strip()


class Fields:
    """Numbers and texts at places of a module's data; what lies beyond its end is None or empty."""

    def __init__(self, raw: bytes, module: Module) -> None:
        self._data = raw[module.start : module.start + module.length]

    def number(self, place: int, kind: str) -> float | int | None:
        """The little-endian number at ``place``, ``kind`` as in struct (``f``, ``d``, ``B``, ``H``, ``I``)."""
        if place + struct.calcsize(kind) > len(self._data):
            return None
        value: float | int = struct.unpack_from(f"<{kind}", self._data, place)[0]
        return value

    def text(self, place: int) -> str:
        """A text with its length before it, lines parted by LF; control characters are left out."""
        size = self.number(place, "B") or 0
        raw = self._data[place + 1 : place + 1 + int(size)].partition(b"\0")[0]
        lines = raw.decode("cp1252", errors="replace").replace("\r\n", "\n")
        return "".join(sign for sign in lines if sign == "\n" or sign.isprintable()).strip()
