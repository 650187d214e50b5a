"""STOE diffractometers (WinXPOW), ``.raw`` that begins with ``RAW_1.06Powdat``: binary, in blocks of 512 bytes.

Told from one real file, so the reader takes only what agrees with itself: date at 16 (``22-Sep-20 17:18``), title at
32; block 4 (byte 2048) describes the scan: when it began and ended, number of points (u16 at 34), then as 32-bit
floats from 44 on 2θ and ω of the first point, of the last, and their steps, in degrees; at 120 the least and at 124
the greatest count. From byte 2560 on stand the counts as 32-bit integers, filled up with zeros to whole blocks. A
file whose start, end, step, number, least and greatest count do not all agree is refused: it is laid out otherwise.

Oddities: two floats at 322 and 326 stand where wavelengths would; they are believed only where the first is the Kα1
line of an anode.
"""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.diffraction.axes import other_axis
from characterization.instruments.diffraction.binary import Fields, moment
from characterization.instruments.diffraction.scans import angles_of, gathered, pattern, truncated

MARK = b"RAW_1.06Powdat"
BLOCK, SCAN, DATA = 512, 2048, 2560
# Kα1 in Å of the usual anodes: NIST X-ray transition energies, https://www.nist.gov/pml/x-ray-transition-energies-database
ANODES = {
    "Cu": 1.5405929,
    "Mo": 0.7093172,
    "Co": 1.7889961,
    "Ag": 0.5594218,
    "Fe": 1.9360413,
    "Cr": 2.2897263,
}
WITHIN = 5e-4
_EXPORT = "Export it from WinXPOW as text (.xy, x-y data) or as pdCIF; the file that arrived is kept."


def _another_layout(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        "unsupported",
        f"{name} is a STOE file laid out in another way than the one that is known: {why}.",
        _EXPORT,
    )


def _wavelengths(fields: Fields, recording: Recording) -> None:
    first, second = fields.f4(322), fields.f4(326)
    for anode, line in ANODES.items():
        if abs(first / line - 1) < WITHIN:
            recording.meta |= {
                "wavelength_angstrom": first,
                "wavelength_kalpha2_angstrom": second,
                "anode": anode,
            }
            return
    recording.flag(
        "wavelength_not_believed",
        f"Where the file could state its wavelengths stand {first:.5g} and {second:.5g} Å, which no usual anode "
        "has; they are not used.",
    )


def _scan(fields: Fields, points: int) -> Recording:
    name = fields.name
    start, theta, end, step = (fields.f4(SCAN + place) for place in (44, 48, 52, 60))
    if step == 0:
        raise other_axis(name, "ω", points)
    if not abs(start + step * (points - 1) - end) < abs(step) / 2:
        raise _another_layout(
            name, f"{points:,} steps of {step:.4g}° from {start:.4g}° do not end at the stated {end:.4g}°"
        )
    blocks = -(-4 * points // BLOCK)
    if len(fields) < DATA + blocks * BLOCK:
        arrived = max(len(fields) - DATA, 0) // 4
        raise truncated(name, f"ends after {min(arrived, points):,} of {points:,} points")
    counts = fields.numbers("<i4", DATA, points)
    least, most = fields.u32(SCAN + 120), fields.u32(SCAN + 124)
    if (counts.min(), counts.max()) != (least, most):
        raise _another_layout(
            name,
            f"its counts go from {counts.min():,.0f} to {counts.max():,.0f}, stated are {least:,} and {most:,}",
        )
    if len(fields) != DATA + blocks * BLOCK or any(fields.raw[DATA + 4 * points :]):
        raise _another_layout(name, f"something follows its {points:,} points")
    title = fields.text(32, 80)
    meta = {"comment": "" if title == "This file has no Title" else title, "theta_start_deg": theta}
    recording = pattern(name, angles_of(start, step, points), counts, meta)
    recording.started_at = moment(fields.text(SCAN, 16), "%d-%b-%y %H:%M")
    _wavelengths(fields, recording)
    return recording


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile for cut files and for every layout but the one that is known."""
    with path.open("rb") as file:
        raw = file.read(
            DATA + 4 * 2**16 + BLOCK
        )  # the most that a number of 16 bits can announce, and one block
    fields = Fields(raw, path.name)
    fields.need(DATA, "its header")
    return gathered(path.name, "scan", [_scan(fields, fields.u16(SCAN + 34))])


def sniff(head: bytes, name: str) -> int:
    return 3 if head.startswith(MARK) else 0


READER = Reader(
    name="stoe_raw",
    version="1.0",
    label="STOE RAW 1.06",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".raw",),
)
