"""PHI MultiPak and SmartSoft spectra, ``.spe``, and profiles, ``.pro``: text head, then blocks of binary numbers.

``SOFH`` … ``EOFH`` hold ``Key: value`` lines (``XraySource: Al 1486.6 mono``), one ``SpectralRegDef`` per region with
its points, step and start in eV binding energy, time per step in s and pass energy in eV. Behind them stands a head of
16 bytes (number of blocks, size of a block's head), the blocks' heads (region, points, unit, type, bytes, offset) and
their values. Intensities are in the unit that the block names, ``c/s``.

Oddities: keys repeat; the planned regions (``…Full``) are others than those measured. A block may hold whole multiples
of its region's points: levels of a profile, one block of the table each. Points of text, block and bytes have to agree.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, MOST_POINTS, Numbers, Spectrum, recording
from characterization.instruments.textual import to_number

_OPENING, _CLOSING = b"SOFH", b"EOFH"
_MOST_BYTES = 1024**3
_MOST_BLOCKS = 100_000
_TYPES = {b"f4": "f4", b"f8": "f8"}
_KINDS = ("SPECTRUM", "DEPTHPRO", "PROFILE", "ANGLEPRO")


@dataclass(frozen=True)
class Region:
    """As ``SpectralRegDef`` gives it; energies are binding energies in eV."""

    number: int
    label: str
    points: int
    step_eV: float
    start_eV: float
    dwell_s: float | None
    pass_energy_eV: float | None

    def energies(self) -> Numbers:
        return self.start_eV + self.step_eV * np.arange(self.points, dtype=np.float64)


@dataclass(frozen=True)
class Block:
    region: int
    points: int
    unit: str
    values: Numbers


def _head(raw: bytes, name: str) -> tuple[list[tuple[str, str]], int]:
    """Keys and values of the text head, and where the binary part begins."""
    end = raw.find(_CLOSING)
    if end < 0:
        raise UnreadableFile("truncated", f"{name} is cut off: its head has no end (EOFH).", AGAIN)
    after = end + len(_CLOSING)
    start = after + (2 if raw[after : after + 2] == b"\r\n" else 1)
    lines = raw[:end].decode("latin-1").splitlines()
    return [(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)], start


def _region(value: str, name: str) -> Region:
    fields = value.split()
    figures = [to_number(field) for field in fields[:2] + fields[4:8]]
    if len(fields) < 12 or None in figures:
        raise UnreadableFile("damaged", f"{name}: '{value[:60]}' defines no region.", AGAIN)
    number, _, points, step, start, end = (float(figure or 0) for figure in figures)
    if not 0 < points <= MOST_POINTS or abs(start + step * (points - 1) - end) > max(abs(step), 1e-3):
        raise UnreadableFile(
            "damaged",
            f"{name}: {points:,.0f} points of {step:g} eV do not lead from {start:g} to {end:g} eV.",
            AGAIN,
        )
    return Region(
        int(number), fields[2], int(points), step, start, to_number(fields[10]), to_number(fields[11])
    )


def _blocks(raw: bytes, start: int, name: str) -> list[Block]:
    body = raw[start:]
    if len(body) < 16:
        raise UnreadableFile("truncated", f"{name} ends behind its head: no spectrum follows.", AGAIN)
    _, count, size, first = struct.unpack_from("<4I", body)
    if not 1 <= count <= _MOST_BLOCKS or size not in (count * 96, 96) or first < 16:
        raise UnreadableFile(
            "damaged", f"{name}: {count:,} blocks with heads of {size:,} bytes cannot be read.", AGAIN
        )
    if len(body) < first + 96 * count:
        raise UnreadableFile("truncated", f"{name} ends within the heads of its {count:,} blocks.", AGAIN)
    return [_block(body, first + 96 * place, place + 1, name) for place in range(count)]


def _block(body: bytes, at: int, place: int, name: str) -> Block:
    region, points = struct.unpack_from("<I", body, at)[0], struct.unpack_from("<I", body, at + 20)[0]
    unit = body[at + 56 : at + 60].strip(b"\0 ").decode("latin-1")
    kind = body[at + 72 : at + 76].strip(b"\0 ")
    length, offset = struct.unpack_from("<2I", body, at + 76)
    if kind not in _TYPES:
        raise UnreadableFile("unsupported", f"{name}: block {place} has values of type {kind!r}.", AGAIN)
    if offset + length > len(body):
        raise UnreadableFile(
            "truncated",
            f"{name}: block {place} needs {offset + length:,} bytes, {len(body):,} arrived.",
            AGAIN,
        )
    dtype = np.dtype("<" + _TYPES[kind])
    if not points or length % (points * dtype.itemsize) or not length:
        raise UnreadableFile(
            "damaged", f"{name}: block {place} has {length:,} bytes for {points:,} points.", AGAIN
        )
    return Block(
        region, points, unit, np.frombuffer(body, dtype, length // dtype.itemsize, offset).astype(float)
    )


def _spectra(region: Region, block: Block, said: dict[str, Any], name: str) -> list[Spectrum]:
    """One per level of a profile, one in all of a spectrum."""
    if block.points != region.points:
        raise UnreadableFile(
            "damaged",
            f"{name}: region {region.label} has {region.points:,} points in its text, {block.points:,} in its block.",
            AGAIN,
        )
    levels = block.values.reshape(-1, region.points)
    rate = "/s" in block.unit
    return [
        Spectrum(
            region.label, region.energies(), values, rate=rate, exact_unit=bool(block.unit),
            excitation_eV=said["excitation_eV"], dwell_s=region.dwell_s,
            said={"pass_energy_eV": region.pass_energy_eV, "source": said["source"]}
            | ({"level": level} if len(levels) > 1 else {}),
        )
        for level, values in enumerate(levels, 1)
    ]  # fmt: skip


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile for cut files, maps, and numbers that do not agree."""
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile(
            "too_large", f"{path.name} has more than 1,024 MiB.", "Export the regions alone."
        )
    raw = path.read_bytes()
    if not raw.startswith(_OPENING):
        raise UnreadableFile(
            "not_this_format", f"{path.name} does not open with SOFH as PHI's files do.", AGAIN
        )
    pairs, start = _head(raw, path.name)
    head = dict(reversed(pairs))
    if head.get("FileType", "").upper() not in _KINDS or head.get("Platform", "PC") != "PC":
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is a PHI file of type '{head.get('FileType', '')[:30]}' for "
            f"{head.get('Platform', '?')[:10]}.",
            "Export spectra as VAMAS (.vms, .npl) from MultiPak.",
        )  # fmt: skip
    regions = {
        one.number: one
        for one in (_region(value, path.name) for key, value in pairs if key == "SpectralRegDef")
    }
    source = head.get("XraySource", "").split()
    said = {
        "source": " ".join(source[:1] + source[2:]),
        "excitation_eV": to_number(source[1]) if len(source) > 1 else None,
    }
    spectra: list[Spectrum] = []
    for block in _blocks(raw, start, path.name):
        if block.region not in regions:
            raise UnreadableFile(
                "damaged", f"{path.name}: a block is of region {block.region}, which is not defined.", AGAIN
            )
        spectra += _spectra(regions[block.region], block, said, path.name)
    if len(spectra) < len(regions):
        raise UnreadableFile(
            "truncated", f"{path.name} has {len(spectra):,} of {len(regions):,} regions.", AGAIN
        )
    return [_whole(path.name, spectra, head)]


def _whole(name: str, spectra: list[Spectrum], head: dict[str, str]) -> Recording:
    meta = {
        "instrument": head.get("InstrumentModel"), "software": head.get("SoftwareVersion"),
        "institution": head.get("Institution"), "operator": head.get("Operator"),
        "experiment": head.get("ExperimentID"),
        "measured_on": head.get("AcqFileDate") or head.get("FileDate"),
        "work_function_eV": to_number(head.get("AnalyserWorkFcn", "").split(" ")[0]),
        "intensity_corrected": head.get("IntensityRecal"), "kind": head.get("FileType"),
    }  # fmt: skip
    label = head.get("FileDesc", "").strip("() ").rpartition(",")[2].strip()
    whole = recording(name, spectra, meta, [label, head.get("ExperimentID", "")])
    if any("level" in entry for entry in whole.meta["regions"]):
        whole.flag(
            "levels", "Blocks hold several levels each, as a profile does: every level is a block of its own."
        )
    return whole


def sniff(head: bytes, name: str) -> int:
    return 3 if head.startswith((b"SOFH\r", b"SOFH\n")) else 0


READER = Reader(
    name="phi_spe",
    version="1.0",
    label="PHI MultiPak spectrum or profile (spe, pro)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".spe", ".pro"),
)
