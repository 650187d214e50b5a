"""Adsorption Information File, ``.aif`` (Evans et al., Langmuir 2021, 37, 4222): a CIF whose words are of sorption.

``_exptl_adsorptive``, ``_exptl_temperature``, ``_adsnt_sample_mass``, ``_units_pressure``, ``_units_loading`` and
others describe; loops ``_adsorp_pressure``, ``_adsorp_p0`` and ``_adsorp_amount``, and the same with ``_desorp_``,
hold the points. Units may be missing in old files: without one of pressure or loading the file is refused. A file may
hold several blocks. The CIF grammar is read by gemmi.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.sorption_isotherm import (
    ADSORPTION,
    AGAIN,
    DESORPTION,
    Points,
    isotherm,
    moment,
    whole_text,
)
from characterization.instruments.sorption_units import (
    amount_of,
    gas_of,
    mass_in,
    number_of,
    pressure_factor,
    temperature_in,
)
from characterization.instruments.textual import flag_open_end, looks_binary, read_text

_OWN = re.compile(r"^\s*_(adsorp|desorp)_(pressure|amount|p0)\b|^\s*_audit_aif_version\b", re.MULTILINE)
_MOST_BYTES = 64 * 1024**2
_TAKEN = {
    "operator": "_exptl_operator",
    "instrument": "_exptl_instrument",
    "sample": "_adsnt_material_id",
    "sample_id": "_adsnt_sample_id",
    "comment": "_adsnt_info",
    "degas": "_adsnt_degas_summary",
    "degas_temperature": "_adsnt_degas_temperature",
    "method": "_exptl_method",
    "isotherm_type": "_exptl_isotherm_type",
}


def read(path: Path) -> list[Recording]:
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile("too_large", f"{path.name} is larger than 64 MiB.", "Split it.")
    text = whole_text(read_text(path), path.name)
    if not _OWN.search(text):
        raise UnreadableFile("not_this_format", f"{path.name} is no adsorption information file.", AGAIN)
    cif = importlib.import_module("gemmi").cif
    try:
        document = cif.read_string(text)
        blocks = list(document)
    except (ValueError, RuntimeError) as error:
        raise UnreadableFile("damaged", f"{path.name} is no whole CIF: {str(error)[:200]}.", AGAIN) from error
    found = [
        block for block in blocks if _column(block, "_adsorp_amount") or _column(block, "_desorp_amount")
    ]
    if not found:
        raise UnreadableFile("empty", f"{path.name} has no points.", AGAIN)
    recordings = [_recording(path.name, block, cif) for block in found]
    for recording in recordings:
        flag_open_end(recording, text)
    if len(found) > 1:
        for recording, block in zip(recordings, found, strict=True):
            recording.part = str(block.name)
    return recordings


def _column(block: Any, name: str) -> list[str]:
    return list(block.find_values(name))


def _said(block: Any, name: str, cif: Any) -> str:
    value = block.find_value(name)
    text = str(cif.as_string(value)).strip() if value else ""
    return "" if text in ("?", ".") else text


def _recording(name: str, block: Any, cif: Any) -> Recording:
    said = {key: _said(block, word, cif) for key, word in _TAKEN.items()}
    gas = gas_of(_said(block, "_exptl_adsorptive", cif))
    meta: dict[str, Any] = said | {
        "gas": gas or None,
        "temperature_K": _number(
            _said(block, "_exptl_temperature", cif), _said(block, "_units_temperature", cif)
        ),
        "sample_mass_g": _mass(_said(block, "_adsnt_sample_mass", cif), _said(block, "_units_mass", cif)),
    }
    pressed, loaded = _said(block, "_units_pressure", cif), _said(block, "_units_loading", cif)
    factor, unit = pressure_factor(pressed), amount_of(loaded, gas)
    relative = re.search(r"relative|p/p0", pressed, re.IGNORECASE) is not None
    if (factor is None and not relative) or unit is None:
        raise UnreadableFile(
            "unsupported",
            f"{name} has the units ‘{pressed[:30]}’ of pressure and ‘{loaded[:30]}’ of loading, which are not known.",
            "Write _units_pressure (kPa, bar, Torr …) and _units_loading (mmol/g, cm3(STP)/g …) into it.",
        )
    points = Points()
    for branch, word in ((ADSORPTION, "_adsorp"), (DESORPTION, "_desorp")):
        _add(points, block, word, branch, None if relative else factor, name)
    title = next((said[key] for key in ("sample_id", "sample") if said[key] not in ("", "unknown")), "")
    recording = isotherm(name, points, meta, unit, title)
    recording.started_at = moment(_said(block, "_exptl_date", cif).replace("T", " "), usual="ymd")
    return recording


def _number(text: str, unit: str) -> float | None:
    return temperature_in(text, unit) if text else None


def _mass(text: str, unit: str) -> float | None:
    return mass_in(text, unit) if text else None


def _add(points: Points, block: Any, word: str, branch: str, factor: float | None, name: str) -> None:
    pressures, amounts = _column(block, f"{word}_pressure"), _column(block, f"{word}_amount")
    saturations = _column(block, f"{word}_p0") or ["?"] * len(pressures)
    if not len(pressures) == len(amounts) == len(saturations):
        counts = f"{len(pressures)} pressures, {len(amounts)} amounts"
        raise UnreadableFile("damaged", f"{name}: the {branch} has {counts}.", AGAIN)
    for place, cells in enumerate(zip(pressures, amounts, saturations, strict=True), 1):
        pressure, amount, saturation = (number_of(re.sub(r"\(\d+\)$", "", cell)) for cell in cells)
        if pressure is None or amount is None:
            raise UnreadableFile("damaged", f"{name}: point {place} of the {branch} is not whole.", AGAIN)
        if factor is None:
            points.add(amount, None, pressure, None, branch)
        else:
            scaled = saturation * factor if saturation else None
            points.add(amount, pressure * factor, None, scaled, branch)


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    if _OWN.search(decode(head)):
        return 3
    return 1 if ending(name, ".aif") else 0


READER = Reader(
    name="aif",
    version="1.0",
    label="Adsorption information file (aif)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".aif",),
)
