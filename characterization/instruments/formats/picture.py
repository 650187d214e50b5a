"""Pictures of microscopes: TIFF (8 and 16 bits, floats, colours, several pages), PNG, JPEG.

One row per picture: width, height, how long a pixel is where the microscope wrote it into the file (``picture_scale``
says where each maker does), and the pixels themselves. Oddities: an ordinary resolution in dots per inch is no scale;
a TIFF may hold reduced copies or further pages behind its first; a camera turns a picture by a mark only; floats have
no white. Containers of makers' programs (Gatan DigitalMicrograph, FEI/Thermo SER and EMD, Bruker, MRC …) are known and
refused with what to export.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending

_NAMES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_CONTAINERS = {
    ".dm3": "Gatan DigitalMicrograph", ".dm4": "Gatan DigitalMicrograph", ".ser": "FEI TIA", ".emi": "FEI TIA",
    ".emd": "Thermo Velox", ".mrc": "MRC", ".bcf": "Bruker Esprit", ".czi": "Zeiss ZEN", ".bmp": "Windows bitmap",
    ".gif": "GIF", ".webp": "WebP", ".heic": "HEIC",
}  # fmt: skip


def _container(head: bytes, name: str) -> str:
    """Which other program's container it is; empty where it is none that is known."""
    if head[:4] in (b"\0\0\0\3", b"\0\0\0\4") and head[8:16].count(b"\0\0\0\1"):
        return "Gatan DigitalMicrograph"
    if head[:2] == b"II" and head[2:4] == b"\x97\x01":
        return "FEI TIA"
    return next((maker for suffix, maker in _CONTAINERS.items() if ending(name, suffix)), "")


def sniff(head: bytes, name: str) -> int:
    if head.startswith(_MARKS):
        return 3
    if _container(head, "") or (head and ending(name, *_NAMES)):
        return 2 if _container(head, "") else 1
    return 1 if _container(head, name) else 0


def read(path: Path) -> list[Recording]:
    with path.open("rb") as file:
        head = file.read(16)
    if not head.startswith(_MARKS):
        raise _refusal(path.name, head)
    found: list[Recording] = importlib.import_module("characterization.instruments.picture_file").read(path)
    return found


def _refusal(name: str, head: bytes) -> UnreadableFile:
    maker = _container(head, name.lower())
    if maker:
        return UnreadableFile(
            "unsupported",
            f"{name} is a picture of another kind ({maker}), which is not read.",
            "Export it from that program, or with ImageJ, as TIFF with its scale; then send the TIFF.",
        )
    return UnreadableFile(
        "not_this_format",
        f"{name} is no TIFF, PNG or JPEG, whatever its name says.",
        "Send the file as the microscope wrote it.",
    )


READER = Reader("picture", "1.0", "Picture (TIFF, PNG, JPEG)", (Technique.PICTURE,), sniff, read, _NAMES)
