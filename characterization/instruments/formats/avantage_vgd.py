"""Thermo Avantage's own scan, ``.VGD``: a compound file whose layout the maker does not publish. It is not read."""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending


def read(path: Path) -> list[Recording]:
    """Always raises UnreadableFile ``unsupported``."""
    raise UnreadableFile(
        "unsupported",
        f"{path.name} is Avantage's own file, which only Avantage reads.",
        "Export xlsx or vms from Avantage.",
    )


def sniff(head: bytes, name: str) -> int:
    return 2 if ending(name, ".vgd") else 0


READER = Reader(
    name="avantage_vgd",
    version="1.0",
    label="Thermo Avantage scan (VGD): refused, export xlsx or vms",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
)
