"""Isotherms as pyGAPS writes them: JSON, version 2 and 3 of its files.

One object: what describes the isotherm stands beside ``isotherm_data``, a list of points with ``pressure``,
``loading`` and, for desorption, ``branch`` ``des`` (or 1). ``pressure_mode`` is ``absolute`` (with
``pressure_unit``), ``relative`` or ``relative%``; ``loading_basis`` is ``molar``, ``mass``, ``volume_gas``,
``percent`` or ``fraction`` with ``loading_unit``; ``material_basis`` must be ``mass``. Version 2 names the sample and
gas ``sample_name`` and ``adsorbate`` or ``gas``, temperature ``t_iso``.
"""

from __future__ import annotations

import json
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
)
from characterization.instruments.sorption_units import (
    Amount,
    amount_of,
    gas_of,
    molar_mass,
    number_of,
    pressure_factor,
)
from characterization.instruments.textual import looks_binary, read_text

_MOST_BYTES = 64 * 1024**2
_OWN = re.compile(rb'"(isotherm_data|pressure_mode|loading_basis|adsorbate)"')
_BRANCHES = {"des": DESORPTION, "ads": ADSORPTION, True: DESORPTION, False: ADSORPTION}
_TAKEN = {
    "operator": ("user",),
    "instrument": ("instrument", "machine"),
    "laboratory": ("lab",),
    "batch": ("material_batch", "sample_batch"),
    "comment": ("comment", "comments"),
    "activation_temperature_degC": ("activation_temperature", "t_act"),
    "activation_time_h": ("activation_time",),
}


def read(path: Path) -> list[Recording]:
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile("too_large", f"{path.name} is larger than 64 MiB.", "Split it.")
    said = _parsed(read_text(path), path.name)
    gas = gas_of(str(_first(said, "adsorbate", "gas") or ""))
    meta: dict[str, Any] = {key: _first(said, *names) for key, names in _TAKEN.items()}
    meta |= {
        "gas": gas or None,
        "temperature_K": _temperature(said),
        "sample": str(_first(said, "material", "sample_name") or ""),
        "sample_mass_g": number_of(_first(said, "material_mass", "sample_mass")),
    }
    recording = isotherm(
        path.name, _points(said, path.name), meta, _unit(said, gas, path.name), meta["sample"]
    )
    recording.sample_hints += tuple(str(meta[key]) for key in ("batch",) if meta[key])
    recording.started_at = moment(str(said.get("date") or ""), usual="ymd")
    return [recording]


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        cut = isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip()) - 1
        code = "truncated" if cut else "damaged"
        raise UnreadableFile(code, f"{name} is no whole JSON: {str(error)[:200]}.", AGAIN) from error
    if not isinstance(said, dict) or not isinstance(said.get("isotherm_data"), list):
        raise UnreadableFile("not_this_format", f"{name} is JSON, but no isotherm of pyGAPS.", AGAIN)
    return said


def _first(said: dict[str, Any], *names: str) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _temperature(said: dict[str, Any]) -> float | None:
    value = number_of(_first(said, "temperature", "t_iso", "t_exp"))
    if value is None:
        return None
    return value + 273.15 if "C" in str(said.get("temperature_unit", "K")) else value


def _points(said: dict[str, Any], name: str) -> Points:
    mode = str(said.get("pressure_mode", "absolute"))
    factor = 1.0 if mode.startswith("relative") else pressure_factor(str(said.get("pressure_unit", "bar")))
    if factor is None or mode not in ("absolute", "relative", "relative%"):
        raise UnreadableFile(
            "unsupported", f"{name}: a pressure as {mode} in {said.get('pressure_unit')} is not known.", AGAIN
        )
    factor = 0.01 if mode == "relative%" else factor
    points = Points()
    for place, row in enumerate(said["isotherm_data"], 1):
        pressure = number_of(row.get("pressure")) if isinstance(row, dict) else None
        amount = number_of(row.get("loading")) if isinstance(row, dict) else None
        branch = row.get("branch", "ads") if isinstance(row, dict) else None
        if pressure is None or amount is None or not isinstance(branch, str | int) or branch not in _BRANCHES:
            raise UnreadableFile("damaged", f"{name}: point {place} is not whole.", AGAIN)
        relative = pressure * factor if mode != "absolute" else None
        points.add(amount, pressure * factor if relative is None else None, relative, None, _BRANCHES[branch])
    return points


def _unit(said: dict[str, Any], gas: str, name: str) -> Amount:
    """How a loading becomes mmol/g, by what its basis and that of the material say."""
    basis, unit = str(said.get("loading_basis", "molar")), str(said.get("loading_unit", "mmol"))
    material = str(said.get("material_basis", said.get("adsorbent_basis", "mass")))
    per = str(said.get("material_unit", said.get("adsorbent_unit", "g")))
    weight = molar_mass(gas)
    known: Amount | None = None
    if material == "mass" and per in ("g", "kg", "mg"):
        if basis == "fraction" and weight:
            known = Amount(1e3 / weight, False)
        elif basis == "percent" and weight:
            known = Amount(10.0 / weight, False)
        elif basis in ("molar", "mass"):
            known = amount_of(f"{unit}/{per}", gas)
        elif basis == "volume_gas" and unit in ("cm3", "cm3(STP)"):
            known = amount_of(f"cm3/{per}", gas)
    if known is None:
        raise UnreadableFile(
            "unsupported",
            f"{name}: a loading by {basis} in {unit} per {material} in {per} is not known.",
            "Convert it to mmol per g in pyGAPS and write it again.",
        )
    return known


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head) or not decode(head).lstrip().startswith("{"):
        return 0
    found = set(_OWN.findall(head))
    if b"isotherm_data" in found or len(found) > 1:
        return 3
    return 1 if ending(name, ".json") else 0


READER = Reader(
    name="pygaps_json",
    version="1.0",
    label="Isotherm of pyGAPS (json)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".json",),
)
