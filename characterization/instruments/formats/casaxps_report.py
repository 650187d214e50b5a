"""CasaXPS quantification report, ``.csv``, ``.txt``: no spectra, but what CasaXPS found in them.

The path of the file, then a table ``Name``, ``Position``, ``FWHM``, ``Raw Area``, ``Area/(RSF*T*MFP)``, ``%At Conc``,
parted by tabs or commas: one row for each component or region, energies in eV, areas in the
units that CasaXPS showed, which it does not print. Summaries in other forms follow. The first table is kept as a table
of printed results; it is not counted as a measurement of xps.

Oddities: ``-1.#IND`` for what could not be computed.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN
from characterization.instruments.textual import looks_binary, read_text, to_number, unify

_TITLES = re.compile(r"^\s*Name([\t,;])\s*Position\1\s*FWHM\1(?=.*Area)(.*)$", re.MULTILINE)
_COLUMNS = (
    ("position_eV", re.compile(r"^position$", re.IGNORECASE)),
    ("fwhm_eV", re.compile(r"^fwhm$", re.IGNORECASE)),
    ("raw_area", re.compile(r"^(raw )?area$", re.IGNORECASE)),
    ("corrected_area", re.compile(r"^area\s*/", re.IGNORECASE)),
    ("atomic_percent", re.compile(r"at\.? ?(%|conc)|%\s*at|%\s*conc", re.IGNORECASE)),
    ("mass_percent", re.compile(r"mass ?(%|conc)|%\s*mass", re.IGNORECASE)),
)


def _columns(titles: list[str]) -> dict[str, int]:
    found = {
        ours: next((at for at, title in enumerate(titles) if said.search(title)), None)
        for ours, said in _COLUMNS
    }
    return {ours: at for ours, at in found.items() if at is not None}


def _rows(
    lines: list[str], mark: str, places: dict[str, int], name: str
) -> list[dict[str, str | float | None]]:
    rows: list[dict[str, str | float | None]] = []
    for line in lines:
        cells = [cell.strip() for cell in line.split(mark)]
        if not any(cells):
            break
        if len(cells) <= max(places.values()) or to_number(cells[places["position_eV"]]) is None:
            raise UnreadableFile(
                "damaged", f"{name}: row {len(rows) + 1} has no position or too few columns.", AGAIN
            )
        rows.append({"component": cells[0]} | {ours: to_number(cells[at]) for ours, at in places.items()})
    return rows


def read(path: Path) -> list[Recording]:
    """One table of printed results. Raises UnreadableFile."""
    text = read_text(path)
    match = _TITLES.search(text)
    if match is None:
        raise UnreadableFile("not_this_format", f"{path.name} is no quantification report of CasaXPS.", AGAIN)
    line = text[match.start() : match.end()].strip("\n")
    mark = match[1]
    places = _columns([cell.strip() for cell in line.split(mark)])
    rows = _rows(text[match.end() + 1 :].split("\n"), mark, places, path.name)
    if not rows:
        raise UnreadableFile("empty", f"{path.name} has the titles of a report and no rows.", AGAIN)
    schema = {"component": pl.String(), **{ours: pl.Float64() for ours in places}}
    found = Recording(Technique.OTHER, pl.DataFrame(rows, schema=schema), part="printed results")
    found.meta = {
        "software": "CasaXPS",
        "kind": "quantification printed by CasaXPS",
        "printed": {"components": rows},
    }
    found.sample_hints = _samples(text[match.end() :], mark)
    found.title = found.sample_hints[0] if found.sample_hints else ""
    found.flag(
        "printed_results",
        "This is CasaXPS' report of positions, areas and concentrations, not a spectrum: nothing is computed from it. "
        "Send the VAMAS file too.",
    )
    return [found]


def _samples(text: str, mark: str) -> tuple[str, ...]:
    """What stands below ``Sample Identifier`` in the compact forms."""
    found: dict[str, None] = {}
    for block in text.split("Sample Identifier")[1:]:
        for line in block.split("\n")[1:4]:
            cells = [cell.strip() for cell in line.split(mark)]
            if len(cells) > 2 and cells[2]:
                found[cells[2]] = None
    return tuple(found)


def sniff(head: bytes, name: str) -> int:
    return 3 if not looks_binary(head) and _TITLES.search(unify(decode(head))) else 0


READER = Reader(
    name="casaxps_report",
    version="1.0",
    label="CasaXPS quantification report (csv, txt)",
    techniques=(Technique.OTHER,),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".txt"),
)
