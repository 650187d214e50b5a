"""Micromeritics ``.SMP``: the instruments' own binary sample file (seen: TriStar II Plus, MicroActive 2.03).

Little-endian. ``^vMIC##&&FS`` at 0, seconds since 1970 of its making at 16; at 24 the place of a directory. Each part
begins with its name ``SUBSETn`` and NUL, u16 number at +12, u32 length at +14 and its content at +18; the directory's
is u8, u16 count and per part u16 number, u32 place, u32 length. Texts stand as ``E0 01 00``, u32 byte length, UTF-16
with NUL. Subset 301 holds sample, operator, submitter and bar code, some labels, and 12 bytes behind the last label
the mass in g; 302 the gas; 320 its properties (``Nitrogen @ 77.35 K``). Subset 303 holds the isotherm: ``03 06``, u32
count, then records of 58 bytes that begin with ``E0``: p in mmHg at +11, p/p0 at +19, amount of the whole sample in
cm³ STP at +27; the first is a placeholder of zeros.

The layout was worked out on one file against the published area of its material, so the result says that it is to be
held against the instrument's report. A file in which not all of it fits is refused.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.sorption_isotherm import Points, isotherm
from characterization.instruments.sorption_units import (
    STP_CM3_PER_MMOL,
    Amount,
    gas_of,
    pressure_factor,
    temperature_in,
)

MAGIC = b"^vMIC##&&FS"
_TEXT = b"\xe0\x01\x00"
_ISOTHERM = b"\x03\x06"
_RECORD = 58
_PART_HEAD = 18
_MOST_BYTES = 64 * 1024**2
_HINT = "Export the report as text or .xls in the instrument's software (with Isotherm Tabular Report) and send that."


def read(path: Path) -> list[Recording]:
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile("too_large", f"{path.name} is larger than 64 MiB.", _HINT)
    raw = path.read_bytes()
    if not raw.startswith(MAGIC):
        raise UnreadableFile("not_this_format", f"{path.name} is no Micromeritics sample file.", _HINT)
    subsets = _subsets(raw, path.name)
    if 303 not in subsets or 301 not in subsets:
        raise UnreadableFile("unsupported", f"{path.name} holds no results of an analysis.", _HINT)
    texts, mass = _sample(subsets[301], path.name)
    meta = _meta(texts, mass, subsets)
    points = _points(subsets[303], path.name)
    meta["saturation_pressure_kPa"] = points.saturation_pressure_kPa[0]
    factor = Amount(1.0 / STP_CM3_PER_MMOL, True)
    recording = isotherm(path.name, points, meta, factor, texts[0].strip() if texts else "")
    (made,) = struct.unpack_from("<I", raw, 16)
    recording.started_at = datetime.fromtimestamp(made, UTC) if made else None
    recording.flag(
        "layout_inferred",
        "The layout of this binary file is not published and was worked out from an example: hold the points and the "
        "mass against the instrument's own report.",
    )
    return [recording]


def _subsets(raw: bytes, name: str) -> dict[int, bytes]:
    """The payloads by their number; every one must stand where the directory says, under its own name."""
    try:
        (place,) = struct.unpack_from("<I", raw, 24)
        directory = _payload(raw, place, 101)
        _, count = struct.unpack_from("<BH", directory)
        if len(directory) < 3 + 10 * count:
            raise ValueError(f"its directory has {len(directory):,} bytes for {count:,} parts")
        found = {}
        for at in range(count):
            number, place, _ = struct.unpack_from("<HII", directory, 3 + 10 * at)
            payload = _payload(raw, place, number)
            found[number] = payload
    except (struct.error, ValueError) as error:
        cut = str(error) if isinstance(error, ValueError) else "it ends too early"
        raise UnreadableFile("truncated", f"{name} is not whole: {cut}.", "Copy it again.") from error
    return found


def _payload(raw: bytes, place: int, number: int) -> bytes:
    name = f"SUBSET{number}".encode() + b"\0"
    if raw[place : place + len(name)] != name:
        raise ValueError(f"part {number} is not at byte {place:,} of {len(raw):,}")
    start = place + _PART_HEAD
    own, length = struct.unpack_from("<HI", raw, place + 12)
    if own != number or start + length > len(raw):
        raise ValueError(f"part {number} needs {start + length:,} bytes of {len(raw):,}")
    return raw[start : start + length]


def _texts(payload: bytes) -> list[tuple[str, int]]:
    """Texts with the place behind each."""
    found = []
    at = payload.find(_TEXT)
    while at >= 0:
        (length,) = struct.unpack_from("<I", payload.ljust(at + 7, b"\0"), at + 3)
        end = at + 7 + length
        if length % 2 == 0 and 0 < length <= len(payload) - at - 7:
            found.append((payload[at + 7 : end].decode("utf-16-le", errors="replace").rstrip("\0"), end))
        else:
            end = at + 3
        at = payload.find(_TEXT, end)
    return found


def _sample(payload: bytes, name: str) -> tuple[list[str], float]:
    """The texts of the sample and its mass in g."""
    texts = _texts(payload)
    behind = [end for text, end in texts if text.endswith(":")]
    place = behind[-1] + 12 if behind else len(payload)
    if place + 8 > len(payload):
        raise UnreadableFile(
            "unsupported", f"{name}: the sample's mass is not where it is known to stand.", _HINT
        )
    (mass,) = struct.unpack_from("<d", payload, place)
    if not 1e-5 < mass < 1e3:
        raise UnreadableFile(
            "unsupported", f"{name}: the sample's mass is not where it is known to stand.", _HINT
        )
    return [text for text, _ in texts], float(mass)


def _meta(texts: list[str], mass: float, subsets: dict[int, bytes]) -> dict[str, Any]:
    conditions = [text.strip() for text, _ in _texts(subsets.get(302, b""))]
    properties = [text for text, _ in _texts(subsets.get(320, b""))]
    results = [text.strip() for text, _ in _texts(subsets[303])]
    gas = next((text for text in conditions if re.fullmatch(r"[A-Z][A-Za-z0-9]{0,4}", text)), None)
    degrees = next((one for one in properties if re.search(r"@\s*[\d.]+\s*K", one)), "")
    return {
        "sample": texts[0].strip() if texts else "",
        "operator": texts[1].strip() if len(texts) > 1 else "",
        "sample_mass_g": mass,
        "gas": gas_of(gas or degrees) if gas or degrees else None,
        "temperature_K": temperature_in(degrees.rpartition("@")[2]) if degrees else None,
        "instrument": results[0] if results else "Micromeritics",
    }


def _points(payload: bytes, name: str) -> Points:
    """The one array of records that fits; pressures in kPa, amounts in cm³ STP of the whole sample."""
    fitting = [records for records in _arrays(payload) if records]
    if len(fitting) != 1:
        raise UnreadableFile("unsupported", f"{name}: the isotherm is not where it is known to stand.", _HINT)
    points = Points()
    torr = pressure_factor("mmHg") or 0.0
    for record in fitting[0][1:]:
        pressure, relative, amount = struct.unpack_from("<3d", record, 11)
        if not (0 < relative < 2 and 0 < pressure < 1e5 and abs(amount) < 1e5):
            raise UnreadableFile(
                "damaged",
                f"{name}: point {len(points.amount) + 1} of its isotherm has impossible values.",
                _HINT,
            )
        points.add(amount, pressure * torr, relative, pressure * torr / relative)
    return points


def _arrays(payload: bytes) -> list[list[bytes]]:
    found = []
    at = payload.find(_ISOTHERM)
    while at >= 0:
        if at + 6 <= len(payload):
            (count,) = struct.unpack_from("<I", payload, at + 2)
            start = at + 6
            if 2 < count <= (len(payload) - start) // _RECORD:
                records = [
                    payload[start + _RECORD * one : start + _RECORD * (one + 1)] for one in range(count)
                ]
                if all(record[0] == 0xE0 for record in records):
                    found.append(records)
        at = payload.find(_ISOTHERM, at + 1)
    return found


def sniff(head: bytes, name: str) -> int:
    if head.startswith(MAGIC):
        return 3
    return 1 if ending(name, ".smp") and b"\0" in head else 0


READER = Reader(
    name="micromeritics_smp",
    version="1.0",
    label="Micromeritics sample file (SMP)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".smp",),
)
