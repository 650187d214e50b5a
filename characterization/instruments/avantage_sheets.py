"""The sheets of a Thermo Avantage workbook: a scan with the vendor's fit beside it, titles, and quantification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, Numbers, region_name
from characterization.instruments.workbook import Row, numbers, texts

HEAD_WITHIN = 80
_ENERGIES = ("binding energy", "kinetic energy")
_FIT = {
    "backgnd.": "background",
    "background": "background",
    "envelope": "envelope",
    "residuals": "residuals",
}


@dataclass
class Scan:
    """``fit`` has the vendor's background and envelope, ``components`` its curves; per point, 0 where not fitted."""

    label: str
    kinetic: bool
    energy_eV: Numbers
    intensity: Numbers
    rate: bool
    fit: dict[str, Numbers] = field(default_factory=dict)
    components: dict[str, Numbers] = field(default_factory=dict)

    def curves(self, block: int) -> pl.DataFrame:
        """The vendor's components, one row per component and point inside the fit window."""
        frames = [
            pl.DataFrame(
                {
                    "region": region_name(self.label), "block": np.full(self.energy_eV.size, block, dtype=np.int32),
                    "component": name, "binding_energy_eV": self.energy_eV, "component_cps": values,
                    "background_cps": self.fit["background"], "envelope_cps": self.fit["envelope"],
                }
            )
            for name, values in self.components.items()
        ]  # fmt: skip
        return pl.concat(frames).filter(pl.col("background_cps") != 0)


def axis_row(rows: list[Row]) -> int | None:
    """The row that names the energies in its first column, None where the sheet holds no scan."""
    return next(
        (
            place
            for place, row in enumerate(rows[:HEAD_WITHIN])
            if row and str(row[0]).strip().lower().startswith(_ENERGIES)
        ),
        None,
    )


def _declared(rows: list[Row]) -> float | None:
    """The number of points behind ``Elements=`` in the row of the energy axis."""
    for row in rows[:HEAD_WITHIN]:
        cells = texts(row)
        for at, (cell, value) in enumerate(pairwise(cells)):
            if cell.startswith("Elements") and cells[0] == "Axis":
                try:
                    return float(value)
                except ValueError:
                    raise UnreadableFile(
                        "damaged", f"'{value[:20]}' stands behind Elements= in column {at + 2}.", AGAIN
                    ) from None
    return None


def scan_of(label: str, rows: list[Row], name: str) -> Scan | None:
    """The scan of a sheet. Raises UnreadableFile where it has another number of points than it declares."""
    place = axis_row(rows)
    if place is None:
        return None
    if sum(texts(row)[:1] == ["Axis"] for row in rows[:place]) > 1:
        raise UnreadableFile(
            "unsupported", f"{name}: sheet {label} has more axes than the energy (a depth profile or a map).",
            "Export the levels as VAMAS (.vms).",
        )  # fmt: skip
    titles, units = texts(rows[place]), texts(rows[place + 1]) if place + 1 < len(rows) else []
    body = rows[place + 2 :]
    while body and not any(cell not in ("", None) for cell in body[-1]):
        body.pop()
    points = _declared(rows)
    if points is None or len(body) != points:
        raise UnreadableFile(
            "damaged" if points is None or len(body) > points else "truncated",
            f"{name}: sheet {label} has {len(body):,} points and declares "
            f"{'none' if points is None else f'{points:,.0f}'}.",
            AGAIN,
        )
    columns = [numbers([row[at] if at < len(row) else None for row in body]) for at in range(len(titles))]
    return _scan(label, titles, units, columns, name)


def _scan(label: str, titles: list[str], units: list[str], columns: list[pl.Series], name: str) -> Scan:
    at = next((at for at, unit in enumerate(units) if at and "count" in unit.lower()), None)
    if at is None or at >= len(columns) or columns[0].null_count() or columns[at].null_count():
        raise UnreadableFile(
            "damaged", f"{name}: sheet {label} has gaps in its energies or its counts.", AGAIN
        )
    found = Scan(
        label, titles[0].lower().startswith("kinetic"),
        columns[0].to_numpy(), columns[at].to_numpy(), "/" in units[at],
    )  # fmt: skip
    for title, column in zip(titles[at + 1 :], columns[at + 1 :], strict=True):
        kind = _FIT.get(title.lower())
        if kind:
            found.fit[kind] = column.to_numpy()
        elif title and "background" not in found.fit:
            found.components[title] = column.to_numpy()
    if not {"background", "envelope"} <= found.fit.keys():
        found.components = {}
    return found


def quantified(rows: list[Row]) -> list[dict[str, Any]]:
    """{name, position_eV, fwhm_eV, area, atomic_percent} for each row of the sheet Quantifications."""
    heads = texts(rows[0]) if rows else []
    wanted = {
        "position_eV": "Peak BE", "fwhm_eV": "FWHM", "area": "Area", "atomic_percent": "Atomic",
    }  # fmt: skip
    places = {
        ours: next((at for at, head in enumerate(heads) if head.startswith(start)), None)
        for ours, start in wanted.items()
    }
    if "Name" not in heads or places["area"] is None:
        return []
    found = []
    for row in rows[1:]:
        entry: dict[str, Any] = {"name": str(row[heads.index("Name")]).strip()}
        entry |= {ours: numbers([row[at]])[0] for ours, at in places.items() if at is not None}
        if entry["name"]:
            found.append(entry)
    return found


def titles_said(rows: list[Row]) -> dict[str, Any]:
    """Export time, sample's name and the carbon reference; paths of the maker's own files are left out."""
    said: dict[str, Any] = {}
    for place, row in enumerate(rows[:40]):
        cells = texts(row)
        first = cells[0] if cells else ""
        if first.startswith("Data Files"):
            break
        if first == "Carbon BE" and len(cells) > 1:
            said["charge_reference_printed_eV"] = numbers([row[1]])[0]
        elif first == "Normalisation":
            continue
        elif place == 0 and first:
            said["exported"] = first
        elif first and not any(cells[1:]):
            said.setdefault("sample_name", first)
    return said


def of_region(found: list[dict[str, Any]], components: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The quantified components of one region: names in columns may be cut, those in the table are whole.

    Matched by name or its start; what is left over on both sides in equal number is matched in order.
    """
    matched: dict[str, dict[str, Any]] = {}
    rest = list(found)
    for title in sorted(components, key=len, reverse=True):
        entry = next((one for one in rest if one["name"].startswith(title.strip())), None)
        if entry is not None:
            matched[title] = entry
            rest.remove(entry)
    left = [title for title in components if title not in matched]
    regions = {region_name(title) for title in components}
    others = [one for one in rest if region_name(one["name"]) in regions]
    if len(left) == len(others):
        matched |= dict(zip(left, others, strict=True))
    return [matched[title] for title in components if title in matched]
