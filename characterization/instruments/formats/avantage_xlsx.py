"""Thermo Avantage export, ``.xlsx``: one sheet per scan, the vendor's fit beside the counts.

A scan's sheet has a row ``Axis | Energy | Elements= | points``, a row that begins with ``Binding Energy (E)``, the
units below it, then the points from high to low energy in eV and counts/s; where it was fitted, a column for each
component, ``Backgnd.``, ``Envelope`` and ``Residuals``. ``Quantifications`` lists the components with area and
atomic %, ``Titles`` the sample and the carbon peak that the energies were shifted to.

Oddities: component columns include the background and are 0 outside the fit window. Energies are charge-corrected
already; excitation energy, pass energy and dwell do not stand in the workbook. The components are kept as a table of
their own (part ``components``) and, with the printed areas, in the meta of their region.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterization.instruments.avantage_sheets import (
    Scan,
    axis_row,
    of_region,
    quantified,
    scan_of,
    titles_said,
)
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, Spectrum, recording
from characterization.instruments.workbook import Row, looks_like_workbook, opened


def _sheets(path: Path) -> dict[str, list[Row]]:
    with opened(path) as book:
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }


def _is_scan(rows: list[Row]) -> bool:
    return axis_row(rows) is not None and any(
        row and str(row[0]).strip() == "Axis" for row in rows[: axis_row(rows)]
    )


def _spectrum(scan: Scan, printed: list[dict[str, object]]) -> Spectrum:
    return Spectrum(
        scan.label, scan.energy_eV, scan.intensity, kinetic=scan.kinetic, rate=scan.rate,
        said={"components": of_region(printed, scan.components)},
    )  # fmt: skip


def _components(scans: list[Scan]) -> Recording | None:
    frames = [scan.curves(block) for block, scan in enumerate(scans, 1) if scan.components]
    rows = pl.concat(frames) if frames else pl.DataFrame()
    if rows.is_empty():
        return None
    found = Recording(Technique.OTHER, rows, part="components")
    found.meta = {
        "kind": "components of the vendor's fit; component and envelope include the background",
        "software": "Thermo Avantage",
    }
    return found


def read(path: Path) -> list[Recording]:
    """The scans, and the vendor's components where there are any. Raises UnreadableFile."""
    sheets = _sheets(path)
    kept = {label: rows for label, rows in sheets.items() if _is_scan(rows)}
    if not kept:
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has no sheet with a scan over binding energy as Avantage writes it.",
            AGAIN,
        )
    scans = [scan for label, rows in kept.items() if (scan := scan_of(label, rows, path.name))]
    printed = quantified(sheets.get("Quantifications", []))
    said = titles_said(sheets.get("Titles", []))
    meta = {"software": "Thermo Avantage", **said, "printed": {"components": printed} if printed else {}}
    whole = recording(
        path.name, [_spectrum(scan, printed) for scan in scans], meta, [said.get("sample_name", "")]
    )
    if said.get("charge_reference_printed_eV") is not None:
        whole.flag(
            "charge_corrected",
            f"Avantage wrote the energies charge-corrected, with carbon at {said['charge_reference_printed_eV']:g} eV.",
        )
    components = _components(scans)
    if components is None:
        return [whole]
    components.title, components.sample_hints = whole.title, whole.sample_hints
    return [whole, components]


def sniff(head: bytes, name: str) -> int:
    """By name only: what the sheets hold is packed."""
    return 1 if looks_like_workbook(head) else 0


READER = Reader(
    name="avantage_xlsx",
    version="1.0",
    label="Thermo Avantage export (xlsx)",
    techniques=(Technique.XPS, Technique.OTHER),
    sniff=sniff,
    read=read,
    extensions=(".xlsx",),
)
