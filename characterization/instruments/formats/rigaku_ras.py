"""Rigaku SmartLab and MiniFlex, ``.ras``: text, one or more scans, each with its own header of ``*KEY "value"`` lines.

The header stands between ``*RAS_HEADER_START`` and ``*RAS_HEADER_END``, the rows between ``*RAS_INT_START`` and
``*RAS_INT_END``: position in degrees, intensity (counts or counts/s as the header says), attenuator factor, by which
the intensity is multiplied. ``*RAS_DATA_END`` ends the file: without it the file is cut.

Oddities: texts are Japanese in Shift-JIS in the middle of ASCII, CRLF, every value in quotation marks; a scan along
another axis than 2θ has the same form; times have no zone and the day behind the month.
"""

from __future__ import annotations

import re
from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.diffraction.rigaku import rows, scan_of
from characterization.instruments.diffraction.scans import damaged, gathered, kept, truncated
from characterization.instruments.textual import MOST_TEXT_BYTES, unify

_BLOCK = re.compile(r"^\*RAS_HEADER_START[ \t]*$", re.MULTILINE)
_STATED = re.compile(r'^(\*[\w.-]+)[ \t]+"?(.*?)"?[ \t]*$', re.MULTILINE)
_DATA, _DATA_END, _END = "*RAS_INT_START", "*RAS_INT_END", "*RAS_DATA_END"


def _text(path: Path) -> str:
    """UTF-16 and UTF-8 as they say of themselves, else Shift-JIS."""
    if path.stat().st_size > MOST_TEXT_BYTES:
        raise UnreadableFile("too_large", f"{path.name} has more than 1,024 MiB.", "Split it.")
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return unify(decode(raw))
    try:
        return unify(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return unify(raw.decode("cp932", errors="replace"))


def _scan(block: str, name: str, number: int) -> Recording:
    head, started, body = block.partition(_DATA)
    data, ended, _ = body.partition(_DATA_END)
    said = dict(_STATED.findall(head))
    what = f"scan {number}"
    if not ended:
        arrived = max(data.count("\n") - 1, 0) if started else 0
        of = f" of {said['*MEAS_DATA_COUNT'].split('.')[0]}" if "*MEAS_DATA_COUNT" in said else ""
        raise truncated(name, f"ends in the middle of {what}, after {arrived}{of} points")
    return scan_of(rows(data, name, what), said, name, what)


def read(path: Path) -> list[Recording]:
    """One recording per scan over 2θ. Raises UnreadableFile for cut and damaged files."""
    text = _text(path)
    blocks = _BLOCK.split(text)
    if len(blocks) < 2:
        fault = "empty" if not text.strip("\0 \n\t") else "not_this_format"
        raise UnreadableFile(fault, f"{path.name} holds no scan of a RAS file.", "Export it again.")
    scans = [kept(_scan, block, path.name, number) for number, block in enumerate(blocks[1:], 1)]
    if text.count(_DATA) != len(scans) or text.count(_DATA_END) != len(scans):
        raise damaged(path.name, f"it has {len(scans)} headers and {text.count(_DATA)} blocks of data")
    if _END not in blocks[-1]:
        raise truncated(path.name, f"ends without its end mark, after {len(scans)} scans")
    return gathered(path.name, "scan", scans)


def sniff(head: bytes, name: str) -> int:
    plain = head.replace(b"\0", b"")
    return 3 if b"*RAS_DATA_START" in plain or b"*RAS_HEADER_START" in plain else 0


READER = Reader(
    name="rigaku_ras",
    version="1.0",
    label="Rigaku RAS",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".ras",),
)
