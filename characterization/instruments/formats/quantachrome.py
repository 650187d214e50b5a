"""Text files of Quantachrome instruments (Autosorb, NOVA, Quadrasorb): raw analysis data and isotherm reports.

Text of the Western code page in fixed columns. The head names Quantachrome; its lines hold several ``Key: value``
pairs that may run into each other without a blank (``19:56Operator:ir``), so the known keys are looked for. The raw
data have ``Press``, ``P0`` (Torr) and ``Volume @ STP`` in cc **of the whole sample**, which is divided by the sample
weight; reports have relative pressure and ``cc/g``. A line of units stands below the titles. The branches follow each
other: desorption begins after the highest pressure. What a report says of BET goes to ``printed``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.fixed_columns import edges_of, titles_over
from characterization.instruments.sorption_isotherm import AGAIN, Points, isotherm, moment, whole_text
from characterization.instruments.sorption_units import (
    amount_of,
    gas_of,
    mass_in,
    number_in,
    number_of,
    pressure_factor,
    temperature_in,
)
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, unify

_OWN = re.compile(r"quantachrome|asiqwin|novawin|quadrawin|autosorb", re.IGNORECASE)
_KEYS = (
    "Operator", "Date", "Sample ID", "Filename", "Sample Desc", "Comment", "Outgas Time", "Outgas Temp", "OutgasTemp",
    "Sample Weight", "Sample Volume", "Analysis gas", "Adsorbate", "Gas", "Molec. Wt", "Non-ideality", "Analysis Time",
    "Instrument", "Bath temp", "Bath Temp", "Temperature", "Press. Tolerance", "Equil time", "Equil timeout", "Cell ID",
    "Station #", "Station", "End of run", "Extended info", "Instrument version", "Approx. Outgas Temp", "Void Vol.",
    "Run mode", "CellType", "Cross Section", "Liquid Density", "Final Outgas Time", "Outgas Rate",
)  # fmt: skip
_KEY = re.compile(
    "(" + "|".join(sorted((re.escape(key) for key in _KEYS), key=len, reverse=True)) + r")\.?:\s*",
    re.IGNORECASE,
)


def read(path: Path) -> list[Recording]:
    text = whole_text(read_text(path), path.name)
    if not _OWN.search(text[:6000]):
        raise UnreadableFile(
            "not_this_format", f"{path.name} is no file of a Quantachrome instrument.", AGAIN
        )
    lines = text.expandtabs(8).split("\n")
    start = _first_row(lines)
    if start is None:
        raise UnreadableFile("empty", f"{path.name} has no table of pressures and volumes.", AGAIN)
    above = _title_lines(lines, start)
    if any(number_of(cell) is not None for line in above for cell in line.split()):
        raise UnreadableFile("damaged", f"{path.name}: the first point of its table is not whole.", AGAIN)
    said = _pairs(lines[:start])
    meta = _meta(said, text)
    edges = edges_of(lines[start])
    titles = titles_over(above, edges)
    columns = _columns(titles, path.name)
    unit = amount_of(titles[columns["amount"]], meta.get("gas") or "")
    if unit is None:
        raise UnreadableFile(
            "unsupported", f"{path.name}: volumes in ‘{titles[columns['amount']]}’ are not known.", AGAIN
        )
    points = _points(lines[start:], edges, titles, columns, path.name)
    recording = isotherm(path.name, points, meta, unit, meta["sample"])
    recording.started_at = moment(said.get("date", ""), said.get("end of run", ""))
    flag_open_end(recording, text)
    return [recording]


def _first_row(lines: list[str]) -> int | None:
    """The first of two rows of numbers of one width below a line of titles that names a pressure."""
    pressed = False
    for at, line in enumerate(lines[:-1]):
        pressed = pressed or re.search(r"\bpress|p/p[o0]", line, re.IGNORECASE) is not None
        if pressed and _row(line) > 1 and (_row(lines[at + 1]) == _row(line) or not lines[at + 1].strip()):
            return at
    return None


def _row(line: str) -> int:
    """How many numbers a line of nothing else has, else 0."""
    cells = line.split()
    return len(cells) if cells and all(number_of(cell) is not None for cell in cells) else 0


def _title_lines(lines: list[str], start: int) -> list[str]:
    """The lines of titles and units above the numbers: up to a blank one above the titles."""
    above: list[str] = []
    for line in reversed(lines[max(0, start - 12) : start]):
        if ":" in line or (line.strip() and set(line.strip()) <= set("-_= ")):
            break
        above.insert(0, line)
        if re.search(r"\bpress|p/p[o0]", line, re.IGNORECASE) and re.search(r"vol|ads", line, re.IGNORECASE):
            break
    return above


def _columns(titles: list[str], name: str) -> dict[str, int]:
    patterns = {
        "relative": r"relative|p/p[o0]",
        "saturation": r"^p[0o]\b|saturation",
        "pressure": r"^press|absolute|^p\b",
        "amount": r"vol|adsorbed|uptake",
    }
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        for key, pattern in patterns.items():
            if re.search(pattern, title, re.IGNORECASE):
                found.setdefault(key, place)
                break
    if "amount" not in found or not {"relative", "pressure"} & set(found):
        raise UnreadableFile(
            "unsupported",
            f"{name} has columns that are not known: {', '.join(filter(None, titles))[:200]}.",
            AGAIN,
        )
    return found


def _points(lines: list[str], edges: Any, titles: list[str], columns: dict[str, int], name: str) -> Points:
    points = Points()
    factors = {
        key: _factor(titles[place]) for key, place in columns.items() if key in ("pressure", "saturation")
    }
    if "relative" not in columns and None in factors.values():
        raise UnreadableFile("unsupported", f"{name}: the unit of its pressures is not known.", AGAIN)
    for at, line in enumerate(lines):
        if not line.strip():
            if points.amount and not any(_row(later) == len(edges) for later in lines[at + 1 : at + 3]):
                break
            continue
        if _row(line) != len(edges):
            if not any(number_of(cell) is not None for cell in line.split()):
                break
            raise UnreadableFile(
                "damaged", f"{name}: point {len(points.amount) + 1} is not {len(edges)} numbers.", AGAIN
            )
        row = [number_of(cell) for cell in line.split()]
        value = {key: row[place] for key, place in columns.items()}
        pressure, saturation = (
            _times(value.get(key), factors.get(key)) for key in ("pressure", "saturation")
        )
        points.add(value["amount"], pressure, value.get("relative"), saturation)
    return points


def _factor(title: str) -> float | None:
    return next((found for word in title.split() if (found := pressure_factor(word)) is not None), None)


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _pairs(lines: list[str]) -> dict[str, str]:
    """The first value of each known key, in small letters; a value ends where the next key begins."""
    found: dict[str, str] = {}
    for line in lines:
        keys = list(_KEY.finditer(line))
        for at, key in enumerate(keys):
            end = keys[at + 1].start() if at + 1 < len(keys) else len(line)
            value = line[key.end() : end].strip()
            if value:
                found.setdefault(key[1].lower().rstrip("."), value)
    return found


def _meta(said: dict[str, str], text: str) -> dict[str, Any]:
    gas = next((said[key] for key in ("analysis gas", "adsorbate", "gas") if key in said), None)
    if gas is None and (named := re.search(r"Adsorbate\s+([A-Za-z0-9]+)\s+Temperature\s+([\d.]+ ?K)", text)):
        gas, said["temperature"] = named[1], named[2]
    degrees = next((said[key] for key in ("bath temp", "temperature") if key in said), None)
    weight = said.get("sample weight")
    return {
        "sample": said.get("sample id", ""),
        "description": said.get("sample desc", ""),
        "comment": said.get("comment", ""),
        "operator": said.get("operator", ""),
        "original_file": said.get("filename", ""),
        "instrument": said.get("instrument", "Quantachrome"),
        "degas": ", ".join(said[key] for key in ("outgas time", "outgas temp") if key in said),
        "gas": gas_of(gas) if gas else None,
        "temperature_K": temperature_in(degrees) if degrees else None,
        "sample_mass_g": mass_in(weight) if weight else None,
        "printed": _printed(text),
    }


def _printed(text: str) -> dict[str, Any]:
    place = re.search(r"BET summary|Multi-?Point BET", text, re.IGNORECASE)
    if place is None:
        return {}
    rest = text[place.start() : place.start() + 20_000]
    patterns = {
        "bet_area_m2_per_g": r"Surface Area\s*=\s*([\d.,eE+-]+)\s*m",
        "bet_c": r"C constant\s*=\s*(-?[\d.,eE+-]+)",
        "bet_correlation": r"Correlation coefficient,?\s*r\s*=\s*([\d.,]+)",
    }
    found = {key: re.search(pattern, rest, re.IGNORECASE) for key, pattern in patterns.items()}
    return {key: number_in(match[1]) for key, match in found.items() if match}


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = unify(decode(head))
    own = _OWN.search(text) and re.search(r"sample (id|weight)|outgas|@ stp|p/po", text, re.IGNORECASE)
    return 3 if own else 0


READER = Reader(
    name="quantachrome",
    version="1.0",
    label="Quantachrome analysis data (txt)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".txt",),
)
