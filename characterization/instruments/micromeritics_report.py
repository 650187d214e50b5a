"""What a Micromeritics report says: the isotherm, the header, and the results that it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.micromeritics_pages import Section, blank, plain
from characterization.instruments.old_workbook import Grid
from characterization.instruments.sorption_isotherm import (
    ADSORPTION,
    AGAIN,
    DESORPTION,
    Points,
    isotherm,
    moment,
)
from characterization.instruments.sorption_units import (
    Amount,
    amount_of,
    gas_of,
    mass_in,
    number_in,
    number_of,
    pressure_factor,
    pressure_in,
    temperature_in,
)

_TITLES = {
    "relative": re.compile(r"relative\s+pressure|^p/p[o0°]\b", re.IGNORECASE),
    "pressure": re.compile(r"absolute\s+pressure", re.IGNORECASE),
    "amount": re.compile(r"(quantity|volume|vol\.|amount|uptake)\s+adsorbed", re.IGNORECASE),
    "saturation": re.compile(r"saturation\s+pressure", re.IGNORECASE),
    "time": re.compile(r"elapsed\s+time", re.IGNORECASE),
    "fitted": re.compile(r"^fitted$|fit\s+point", re.IGNORECASE),
}
_UNIT = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)?)\)\s*$")
_HEADER = {
    "sample": ("sample", "echantillon", "probe"),
    "operator": ("operator", "analyste"),
    "original_file": ("file",),
    "gas": ("analysis adsorptive", "adsorptive", "analysis gas", "analysis ads"),
    "temperature": (
        "analysis bath temp.",
        "analysis bath temp",
        "bath temperature",
        "analysis bath temperature",
    ),
    "mass": ("sample mass", "sample weight", "weight"),
    "saturation": ("sat. pressure", "saturation pressure", "sat pressure"),
    "comment": ("comments", "comment", "note"),
    "started": ("started",),
    "completed": ("completed",),
    "reported": ("report time",),
    "degas": ("automatic degas",),
    "free_space": ("free space type",),
    "warm": ("warm free space", "ambient free space"),
    "cold": ("cold free space", "analysis free space"),
    "equilibration": ("equilibration interval", "equilibration time"),
}


def recording(path: Path, sections: list[Section]) -> Recording:
    """The isotherm of a report. Raises UnreadableFile ``not_this_format`` where none of it is one."""
    said = _header(sections)
    if not said:
        raise UnreadableFile("not_this_format", f"{path.name} is no Micromeritics report.", AGAIN)
    table = _isotherm_table(sections)
    if table is None:
        raise UnreadableFile(
            "not_this_format" if not _is_report(sections) else "unsupported",
            f"{path.name} is a report without an isotherm table.",
            "Add Isotherm Tabular Report to what the instrument's software reports, and export again.",
        )
    meta = _meta(said, sections)
    titles, rows = table
    unit = amount_of(_unit_of(titles["amount"][1]), meta.get("gas", ""))
    if unit is None:
        raise UnreadableFile(
            "unsupported",
            f"{path.name}: the amount is in ‘{_unit_of(titles['amount'][1])[:40]}’, which is not known for this gas.",
            "Export the amount in cm³/g STP or mmol/g.",
        )
    points = _points(path.name, titles, rows, meta)
    meta["printed"] = _printed(sections, meta.get("gas", ""), points, unit)
    found = isotherm(path.name, points, meta, unit, str(meta.get("sample", "")))
    found.started_at = moment(said.get("started"), said.get("completed", ""), said.get("reported", ""))
    if found.started_at is not None and found.started_at.year < 1990:
        found.started_at = None
    if "manually entered" in str(meta.get("comment", "")).lower():
        found.flag(
            "entered_by_hand", "The file says that its data were entered by hand, so its mass may be none."
        )
    return found


def _is_report(sections: list[Section]) -> bool:
    return any(
        re.search(r"bet|t-plot|summary|bjh|isotherm", section.title, re.IGNORECASE) for section in sections
    )


def _header(sections: list[Section]) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    for section in sections:
        labels = section.labels() | labels
    if not any(key in labels for key in ("sample mass", "analysis adsorptive", "sample weight", "started")):
        return {}
    return {
        key: next((labels[name] for name in names if name in labels), None) for key, names in _HEADER.items()
    }


def _meta(said: dict[str, Any], sections: list[Section]) -> dict[str, Any]:
    texts = ("sample", "operator", "comment", "degas", "free_space", "warm", "cold", "equilibration")
    return {
        **{key: str(said[key]).strip() for key in texts if said[key] is not None},
        "instrument": _instrument(sections),
        "original_file": re.split(r"[\\/]", str(said["original_file"] or "").strip())[-1],
        "gas": gas_of(str(said["gas"])) if said["gas"] is not None else None,
        "temperature_K": temperature_in(said["temperature"]) if said["temperature"] is not None else None,
        "sample_mass_g": mass_in(said["mass"]) if said["mass"] is not None else None,
        "saturation_pressure_kPa": pressure_in(said["saturation"])
        if said["saturation"] is not None
        else None,
    }


def _instrument(sections: list[Section]) -> str:
    pattern = re.compile(
        r"tristar|asap|3flex|gemini|flowsorb|autochem|chemisorb|microactive|accupyc", re.IGNORECASE
    )
    for section in sections[:3]:
        for row in section.rows[:6]:
            for cell in row:
                if isinstance(cell, str) and pattern.search(cell):
                    return re.sub(r"\s{2,}", ", ", re.sub(r"\s+Page \d+.*$", "", cell.strip()))[:80]
    return "Micromeritics"


def _titled(section: Section, wanted: Iterable[str]) -> tuple[dict[str, tuple[int, str]], Grid] | None:
    """Where the columns stand in the first line of titles that has all that is wanted, and the rows below."""
    for at, row in enumerate(section.rows):
        found: dict[str, tuple[int, str]] = {}
        for place, cell in enumerate(row):
            for key, pattern in _TITLES.items():
                if isinstance(cell, str) and key not in found and pattern.search(cell.strip()):
                    found[key] = place, re.sub(r"\s+", " ", cell.strip())
        if all(key in found for key in wanted):
            return found, section.rows[at + 1 :]
    return None


def _isotherm_table(sections: list[Section]) -> tuple[dict[str, tuple[int, str]], Grid] | None:
    """The tabular report; without one the linear plot, whose branches stand side by side."""
    for section in sections:
        if re.search(r"isotherm tabular|^isotherm report", section.title, re.IGNORECASE):
            for pressed in ("relative", "pressure"):
                if (found := _titled(section, (pressed, "amount"))) is not None:
                    return found
    for name in ("linear plot", "log plot", "linear absolute plot", "log absolute plot"):
        for section in sections:
            if section.title.lower().strip() == f"isotherm {name}":
                for pressed in ("relative", "pressure"):
                    if (plot := _titled(section, (pressed, "amount"))) is not None:
                        return plot[0], _plotted(section, plot)
    return None


def _plotted(section: Section, plot: tuple[dict[str, tuple[int, str]], Grid]) -> Grid:
    """Rows of a plot with the second pair of columns, of desorption, below the first."""
    titles, rows = plot
    pressed = "relative" if "relative" in titles else "pressure"
    width = max(titles[pressed][0], titles["amount"][0]) + 1
    beside = [
        row[width : 2 * width] for row in rows if len(row) >= 2 * width and number_of(row[width]) is not None
    ]
    return [*(row[:width] for row in rows), *([*row, DESORPTION] for row in beside)]


def _unit_of(title: str) -> str:
    found = _UNIT.search(title)
    return found[1] if found else title


def _points(name: str, titles: dict[str, tuple[int, str]], rows: Grid, meta: dict[str, Any]) -> Points:
    """Rows with a pressure and an amount, up to the first line of words or none. A saturation pressure holds until the
    next one; the first row may have nothing else."""
    points = Points()
    last: float | None = meta.get("saturation_pressure_kPa")
    for at, row in enumerate(rows):
        cells = {key: row[place] if place < len(row) else None for key, (place, _) in titles.items()}
        saturation = _scaled(cells.get("saturation"), titles.get("saturation"))
        last = saturation if saturation is not None else last
        amount, relative = number_of(cells.get("amount")), number_of(cells.get("relative"))
        pressure = _scaled(cells.get("pressure"), titles.get("pressure"))
        if amount is None and relative is None and pressure is None:
            if points.amount and not _is_gap(row):
                _check_rest(name, titles, rows[at + 1 :])
                break
        elif amount is None or (relative is None and pressure is None):
            raise UnreadableFile(
                "truncated", f"{name}: point {len(points.amount) + 1} of its isotherm is not whole.", AGAIN
            )
        else:
            branch = DESORPTION if row[-1] == DESORPTION else ""
            points.add(amount, pressure, relative, last, branch)
    if any(points.branch):
        points.branch = [branch or ADSORPTION for branch in points.branch]
    if meta.get("saturation_pressure_kPa") is None and last is not None:
        meta["saturation_pressure_kPa"] = last
    return points


def _check_rest(name: str, titles: dict[str, tuple[int, str]], rows: Grid) -> None:
    """Points below a line of words belong to nothing that is known: then the table is not whole."""
    place, amount = (titles.get("relative") or titles["pressure"])[0], titles["amount"][0]
    for row in rows:
        if len(row) > max(place, amount) and None not in (number_of(row[place]), number_of(row[amount])):
            raise UnreadableFile(
                "damaged", f"{name}: the isotherm is interrupted by a line that is no point.", AGAIN
            )


def _is_gap(row: list[Any]) -> bool:
    """Whether a row without a point does not end the table: it has nothing but times and saturation pressure."""
    filled = [cell for cell in row if not blank(cell)]
    return bool(filled) and all(
        number_of(cell) is not None or re.fullmatch(r"[\d:]+", str(cell)) for cell in filled
    )


def _scaled(cell: Any, title: tuple[int, str] | None) -> float | None:
    value = number_of(cell)
    factor = pressure_factor(_unit_of(title[1])) if title else None
    return None if value is None or factor is None else value * factor


def _printed(sections: list[Section], gas: str, points: Points, unit: Amount) -> dict[str, Any]:
    """What the report says of the sample, in the units of our own findings, and which points it used for BET."""
    found: dict[str, Any] = {}
    for section in sections:
        labels = section.labels()
        title = section.title.lower()
        if title.startswith("bet") and "report" in title:
            found |= _bet(section, labels, gas)
        elif title.startswith("t-plot") and "report" in title:
            for key, words in (("micropore_volume_cm3_per_g", "micropore volume"),
                               ("micropore_area_m2_per_g", "micropore area"),
                               ("external_area_m2_per_g", "external surface area"),
                               ("thickness_equation", "thickness equation"),
                               ("thickness_range", "thickness range")):  # fmt: skip
                if words in labels:
                    value = labels[words]
                    found[key] = str(value) if key.startswith("thickness") else number_in(value)
        elif title.startswith("summary"):
            found = _summary(section, labels) | found
    return {key: value for key, value in found.items() if value is not None}


def _bet(section: Section, labels: dict[str, Any], gas: str) -> dict[str, Any]:
    area = str(labels.get("bet surface area", ""))
    spread = re.search(r"(?:±|\+/-)\s*([\d.,]+)", area)
    monolayer = str(labels.get("qm", labels.get("vm", "")))
    unit = amount_of(re.sub(r"^[\d.,\s]+", "", monolayer), gas) if monolayer else None
    value = number_in(monolayer)
    cross = number_in(labels.get("molecular cross-sectional area"))
    found = {
        "bet_area_m2_per_g": number_in(area),
        "bet_area_uncertainty_m2_per_g": number_in(spread[1]) if spread else None,
        "bet_c": number_in(labels.get("c")),
        "bet_monolayer_mmol_per_g": value * unit.factor if unit and value is not None else None,
        "bet_correlation": number_in(labels.get("correlation coefficient")),
        "cross_section_nm2": cross,
    }
    return found | _used(section)


def _used(section: Section) -> dict[str, Any]:
    """The range and the number of the points that the report's own regression used."""
    table = _titled(section, ("relative", "amount"))
    if table is None:
        return {}
    titles, rows = table
    used: list[float] = []
    for row in rows:
        value = number_of(row[titles["relative"][0]]) if titles["relative"][0] < len(row) else None
        amount = number_of(row[titles["amount"][0]]) if titles["amount"][0] < len(row) else None
        if value is None or amount is None:
            if used:
                break
            continue
        if "fitted" not in titles or not blank(row[titles["fitted"][0]]):
            used.append(value)
    return {"bet_points": len(used), "bet_from": min(used), "bet_to": max(used)} if len(used) > 1 else {}


def _summary(section: Section, labels: dict[str, Any]) -> dict[str, Any]:
    """The figures of a summary; a label may stand over two lines, of which only the second has the value."""
    found: dict[str, Any] = {
        "bet_area_m2_per_g": number_in(labels.get("bet surface area")),
        "langmuir_area_m2_per_g": number_in(labels.get("langmuir surface area")),
        "micropore_area_m2_per_g": number_in(labels.get("t-plot micropore area")),
        "external_area_m2_per_g": number_in(labels.get("t-plot external surface area")),
        "micropore_volume_cm3_per_g": number_in(labels.get("t-plot micropore volume")),
    }
    for label, value in _joined(section.rows):
        for key, pattern in _SUMMED.items():
            if pattern.search(label) and (number := number_in(value)):
                found.setdefault(key, number)
                if key == "total_pore_volume_cm3_per_g" and (
                    at := re.search(r"p/p\S*\s*=\s*([\d.,]+)", label)
                ):
                    found.setdefault("total_pore_volume_at", number_in(at[1]))
    return found


_SUMMED = {
    "single_point_area_m2_per_g": re.compile(r"single point surface area"),
    "total_pore_volume_cm3_per_g": re.compile(r"single point adsorption total pore volume"),
    "bjh_adsorption_volume_cm3_per_g": re.compile(r"bjh adsorption cumulative volume"),
    "bjh_desorption_volume_cm3_per_g": re.compile(r"bjh desorption cumulative volume"),
}


def _joined(rows: Grid) -> Iterable[tuple[str, Any]]:
    before = ""
    for row in rows:
        cells = [cell for cell in row if not blank(cell)]
        if not cells or not isinstance(cells[0], str):
            continue
        label = plain(cells[0])
        if len(cells) > 1:
            yield f"{before} {label}".strip(), cells[1]
            before = ""
        else:
            before = label
