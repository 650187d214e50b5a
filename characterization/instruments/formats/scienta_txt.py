"""Scienta SES text, ``.txt``: ``[Info]``, then for each region ``[Region n]``, ``[Info n]``, ``[Data n]``.

``[Region n]`` has the axis (``Dimension 1 name=Binding Energy [eV]``, its size and scale), ``[Info n]`` what was set
(excitation and pass energy in eV, sweeps, step time in ms), ``[Data n]`` energy and intensity, one column more for
each slice of the second dimension. Slices are summed into one spectrum.

Oddities: the intensity is summed over sweeps and, with the detector in ADC mode, no number of single electrons; it is
kept under counts with a flag. Rows are held against the size that the region states.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from characterization.instruments import scienta_said
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN, Numbers, Spectrum, recording
from characterization.instruments.scienta_said import Said
from characterization.instruments.textual import looks_binary, read_text, to_number, unify

_SECTION = re.compile(r"^\[(Info|Region|Data|Run Mode Information)\s*(\d*)\]\s*$", re.MULTILINE)
_OPENING = re.compile(r"^\s*\[Info\]\s*\nNumber of Regions=", re.MULTILINE)


def _sections(text: str) -> dict[tuple[str, int], list[str]]:
    parts = _SECTION.split(text)
    return {
        (kind, int(number or 0)): body.strip("\n").split("\n")
        for kind, number, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


def _values(lines: list[str], said: Said, number: int, name: str) -> Numbers:
    """Points × columns, as many as the region states."""
    points = to_number(said.get("dimension 1 size", "")) or 0
    rows = [[to_number(cell) for cell in line.split()] for line in lines if line.strip()]
    if len(rows) != points:
        raise UnreadableFile(
            "truncated" if len(rows) < points else "damaged",
            f"{name}: region {number} has {len(rows):,} of {points:,.0f} points.",
            AGAIN,
        )
    width = 1 + int(to_number(said.get("dimension 2 size", "")) or 1)
    if any(len(row) != width or None in row for row in rows):
        raise UnreadableFile(
            "damaged", f"{name}: a row of region {number} does not have {width} numbers.", AGAIN
        )
    return np.array(rows, dtype=np.float64).reshape(-1, width)


def _spectrum(sections: dict[tuple[str, int], list[str]], number: int, name: str) -> tuple[Spectrum, Said]:
    region = scienta_said.statements(sections.get(("Region", number), []))
    said = region | scienta_said.statements(sections.get(("Info", number), []))
    if ("Data", number) not in sections:
        raise UnreadableFile("truncated", f"{name} ends before the data of region {number}.", AGAIN)
    values = _values(sections["Data", number], said, number, name)
    found = Spectrum(
        said.get("region name", ""), values[:, 0], values[:, 1:].sum(axis=1),
        kinetic="kinetic" in said.get("dimension 1 name", "").lower(), rate=False, exact_unit=False,
        excitation_eV=scienta_said.excitation_eV(said), scans=to_number(said.get("number of sweeps", "")),
        said=scienta_said.entry(said),
    )  # fmt: skip
    return found, said


def read(path: Path) -> list[Recording]:
    """One recording of all regions. Raises UnreadableFile for a cut or damaged file."""
    text = read_text(path)
    if not _OPENING.search(text[:4096]):
        raise UnreadableFile("not_this_format", f"{path.name} is no text of Scienta SES.", AGAIN)
    sections = _sections(text)
    planned = to_number(scienta_said.statements(sections["Info", 0]).get("number of regions", "")) or 0
    if not 1 <= planned <= 10_000:
        raise UnreadableFile("damaged", f"{path.name} states {planned:,.0f} regions.", AGAIN)
    if not text.endswith("\n"):
        raise UnreadableFile("truncated", f"{path.name} ends in the middle of a line.", AGAIN)
    found = [_spectrum(sections, number, path.name) for number in range(1, int(planned) + 1)]
    said = found[0][1]
    whole = recording(path.name, [one for one, _ in found], scienta_said.meta(said), scienta_said.hints(said))
    whole.started_at = scienta_said.moment(said)
    return [whole]


def sniff(head: bytes, name: str) -> int:
    return 3 if not looks_binary(head) and _OPENING.search(unify(decode(head))) else 0


READER = Reader(
    name="scienta_txt",
    version="1.0",
    label="Scienta SES text",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".txt",),
)
