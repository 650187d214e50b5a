"""Workbooks of 3P Instruments (3P micro, 3P meso): sheets ``Summary``, ``Isotherm``, ``BET Surface Area``, ``t-Plot``
and others.

``Summary`` has labels, values as **text with a decimal comma** (``0,0304(g)``, ``803,818``) and units. ``Isotherm``
has one line about the charge, one of titles (``ID``, ``p (kPa)``, ``p/p0``, ``V (cm³/g STP)``, ``p0 (kPa)``,
``Time``), the points, and a line of ``---`` between adsorption and desorption. The bath's temperature is not stated.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.old_workbook import Grid, grids
from characterization.instruments.sorption_isotherm import (
    ADSORPTION,
    AGAIN,
    DESORPTION,
    Points,
    isotherm,
    moment,
)
from characterization.instruments.sorption_units import (
    STP_CM3_PER_MMOL,
    amount_of,
    gas_of,
    mass_in,
    number_in,
    number_of,
    pressure_factor,
    temperature_in,
)
from characterization.instruments.workbook import looks_like_workbook

_TITLES = {
    "relative": re.compile(r"^p\s*/\s*p[0o]", re.IGNORECASE),
    "saturation": re.compile(r"^p[0o]\s*[(\[]", re.IGNORECASE),
    "pressure": re.compile(r"^p\s*[(\[]", re.IGNORECASE),
    "amount": re.compile(r"^(v|n|q)\s*[(\[]", re.IGNORECASE),
}
_PRINTED = {
    "bet_area_m2_per_g": ("bet surface area",),
    "micropore_area_m2_per_g": ("t-plot micropore area",),
    "external_area_m2_per_g": ("t-plot external surface area",),
    "micropore_volume_cm3_per_g": ("t-plot micropore volume",),
    "bjh_adsorption_volume_cm3_per_g": ("bjh adsorption cumulative pore volume",),
    "bjh_desorption_volume_cm3_per_g": ("bjh desorption cumulative pore volume",),
    "mean_pore_width_nm": ("average pore diameter (4v/a)",),
}


def read(path: Path) -> list[Recording]:
    sheets = {name.strip().lower(): grid for name, grid in grids(path).items()}
    if "isotherm" not in sheets or "summary" not in sheets:
        raise UnreadableFile("not_this_format", f"{path.name} has no sheets Summary and Isotherm.", AGAIN)
    said = _said(sheets["summary"])
    meta = _meta(said)
    titles, rows = _table(sheets["isotherm"], path.name)
    unit = amount_of(_unit(titles["amount"][1]), meta["gas"] or "")
    if unit is None:
        raise UnreadableFile(
            "unsupported", f"{path.name}: amounts in ‘{titles['amount'][1][:40]}’ are not known.", AGAIN
        )
    meta["printed"] = _printed(sheets, said)
    recording = isotherm(path.name, _points(titles, rows, path.name), meta, unit, meta["sample"])
    recording.started_at = moment(said.get("started time"), usual="ymd")
    return [recording]


def _said(grid: Grid) -> dict[str, Any]:
    """The value behind each label; the first counts, the second block only has what the first has not."""
    found: dict[str, Any] = {}
    for row in grid:
        if len(row) > 1 and isinstance(row[0], str) and row[1] not in ("", None):
            found.setdefault(re.sub(r"\s+", " ", row[0].strip().rstrip(":")).lower(), row[1])
    return found


def _meta(said: dict[str, Any]) -> dict[str, Any]:
    degrees = next(
        (said[key] for key in ("temperature", "bath temperature", "analysis temperature") if key in said),
        None,
    )
    return {
        "sample": str(said.get("sample", "")).strip(),
        "batch": str(said.get("charge name", "")).strip(),
        "comment": str(said.get("project", "")).strip(),
        "instrument": "3P Instruments",
        "gas": gas_of(str(said["adsorbate"])) if "adsorbate" in said else None,
        "temperature_K": temperature_in(degrees) if degrees is not None else None,
        "sample_mass_g": mass_in(said["sample weight"]) if "sample weight" in said else None,
    }


def _table(grid: Grid, name: str) -> tuple[dict[str, tuple[int, str]], Grid]:
    for at, row in enumerate(grid[:20]):
        found: dict[str, tuple[int, str]] = {}
        for place, cell in enumerate(row):
            key = next((key for key, pattern in _TITLES.items() if pattern.match(str(cell).strip())), None)
            if key is not None:
                found.setdefault(key, (place, str(cell).strip()))
        if "amount" in found and {"relative", "pressure"} & set(found):
            return found, grid[at + 1 :]
    raise UnreadableFile(
        "not_this_format", f"{name}: its sheet Isotherm has no titles that are known.", AGAIN
    )


def _unit(title: str) -> str:
    found = re.search(r"[(\[](.*)[)\]]", title)
    return found[1] if found else ""


def _points(titles: dict[str, tuple[int, str]], rows: Grid, name: str) -> Points:
    points, branch = Points(), ADSORPTION
    factors = {
        key: pressure_factor(_unit(titles[key][1])) for key in ("pressure", "saturation") if key in titles
    }
    if "relative" not in titles and None in factors.values():
        raise UnreadableFile("unsupported", f"{name}: the unit of its pressures is not known.", AGAIN)
    for row in rows:
        if row and str(row[0]).strip().startswith("--"):
            branch = DESORPTION
            continue
        value = {
            key: number_of(row[place]) if place < len(row) else None for key, (place, _) in titles.items()
        }
        if all(one is None for one in value.values()):
            continue
        if value["amount"] is None:
            raise UnreadableFile("damaged", f"{name}: point {len(points.amount) + 1} has no amount.", AGAIN)
        pressure, saturation = (
            value[key] * factors[key] if value.get(key) is not None and factors.get(key) else None  # type: ignore[operator]
            for key in ("pressure", "saturation")
        )
        points.add(value["amount"], pressure, value.get("relative"), saturation, branch)
    return points


def _printed(sheets: dict[str, Grid], said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: next((number_in(said[name]) for name in names if name in said), None)
                             for key, names in _PRINTED.items()}  # fmt: skip
    block = _block(sheets["summary"], "bet")
    found["bet_c"] = number_in(block.get("c"))
    volume = number_in(block.get("vm"))
    found["bet_monolayer_mmol_per_g"] = volume / STP_CM3_PER_MMOL if volume else None
    for label, value in said.items():
        if (at := re.match(r"total pore volume at p/p0\s*=\s*([\d.,]+)", label)) is not None:
            found |= {
                "total_pore_volume_cm3_per_g": number_in(value),
                "total_pore_volume_at": number_in(at[1]),
            }
    used = [
        number_of(row[1])
        for row in sheets.get("bet surface area", [])
        if len(row) > 2 and number_of(row[0]) is not None
    ]
    known = [value for value in used if value is not None]
    if len(known) > 1:
        found |= {"bet_points": len(known), "bet_from": min(known), "bet_to": max(known)}
    return {key: value for key, value in found.items() if value is not None}


def _block(grid: Grid, title: str) -> dict[str, Any]:
    """The labels below a line that is this title, up to an empty one."""
    start = next((at for at, row in enumerate(grid) if row and str(row[0]).strip().lower() == title), None)
    rows: Grid = []
    for row in grid[start + 1 :] if start is not None else []:
        if not row or row[0] in ("", None):
            break
        rows.append(row)
    return _said(rows)


def sniff(head: bytes, name: str) -> int:
    return 1 if looks_like_workbook(head) and ending(name, ".xlsx") else 0


READER = Reader(
    name="threep",
    version="1.0",
    label="3P Instruments workbook (xlsx)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".xlsx",),
)
