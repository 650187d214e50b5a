"""Units, gases and numbers of gas sorption, as instruments write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

STP_CM3_PER_MMOL = 22.414
"""Volume of an ideal gas at 273.15 K and 101.325 kPa, as the makers of these instruments round it."""

GASES = {
    "N2": (28.0134, r"n2|nitrogen|stickstoff|azote|nitrogeno|nitrógeno|窒素|氮气?|氮氣"),
    "Ar": (39.948, r"ar|argon|アルゴン|氩气?"),
    "Kr": (83.798, r"kr|krypton|クリプトン|氪气?"),
    "O2": (31.9988, r"o2|oxygen|sauerstoff|酸素|氧气?"),
    "CO2": (44.0095, r"co2|carbon ?dioxide|kohlendioxid|kohlenstoffdioxid|二酸化炭素|二氧化碳"),
    "CO": (28.0101, r"co|carbon ?monoxide"),
    "H2O": (18.0153, r"h2o|water( vapou?r)?|wasser(dampf)?|水(蒸気|蒸汽)?"),
    "H2": (2.01588, r"h2|hydrogen|wasserstoff|水素|氢气?"),
    "CH4": (16.0425, r"ch4|methane?|メタン|甲烷"),
    "He": (4.002602, r"he|helium|ヘリウム|氦气?"),
    "C2H4": (28.0532, r"c2h4|ethylene|ethene"),
    "C2H6": (30.069, r"c2h6|ethane?"),
    "C4H10": (58.1222, r"c4h10|n?-?butane?|n-c4h10"),
    "NH3": (17.0305, r"nh3|ammonia"),
}
"""Molar mass in g/mol (IUPAC 2021 conventional atomic weights) and what the gas is called in files."""

_PRESSURES = {
    "kpa": 1.0,
    "pa": 1e-3,
    "hpa": 0.1,
    "mpa": 1e3,
    "bar": 100.0,
    "mbar": 0.1,
    "atm": 101.325,
    "torr": 101.325 / 760,
    "mmhg": 101.325 / 760,
    "mtorr": 0.101325 / 760,
    "psi": 6.894757,
    "psia": 6.894757,
}
_PER_GRAM = re.compile(
    r"/\s*(?P<prefix>[kmµμ]?)g\b|(?P<back>[kmµμ]?)g\s*(\^?-\s?1|⁻¹|\*\*-1)|per (?P<word>[km]?)g(ram)?\b",
    re.IGNORECASE,
)
_MOLES = re.compile(r"\b(?P<prefix>[mµμu]?)mole?s?\b", re.IGNORECASE)
_VOLUME = re.compile(r"cm\s?(3|³|\^3|\*\*3)|\bcc\b|\bccs?\s*\(?stp|\bml\b|\bmL\b|ncm3", re.IGNORECASE)
_LITRE = re.compile(r"\b(l|liters?|litres?)\s*\(?stp|\bl\(stp\)", re.IGNORECASE)
_PERCENT = re.compile(r"%|percent|wt\b", re.IGNORECASE)
_MASS = re.compile(r"\b(?P<prefix>m?)g\s*/\s*g\b", re.IGNORECASE)
_NUMBER = re.compile(r"[+\-−]?\d[\d., \u00a0']*(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?")
_PREFIX = {"": 1.0, "m": 1e-3, "µ": 1e-6, "μ": 1e-6, "u": 1e-6, "k": 1e3}


@dataclass(frozen=True)
class Amount:
    """How an amount becomes mmol/g: times ``factor``; ``whole`` says that it is for the whole sample, not per gram."""

    factor: float
    whole: bool


def gas_of(text: str) -> str:
    """``N2`` for ``Nitrogen @ 77.35 K``; what is not known stays as it is written, shortened."""
    bare = re.split(r"\s*@|\s+at\s+\d", text.strip())[0].strip(" .:;'\"")
    plain = bare.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")).lower()
    for gas, (_, words) in GASES.items():
        if re.fullmatch(rf"(?:{words})(?:\s*\(.*\))?", plain):
            return gas
    return bare[:40]


def molar_mass(gas: str) -> float | None:
    """g/mol, None for a gas that is not known."""
    return GASES[gas][0] if gas in GASES else None


def pressure_factor(unit: str) -> float | None:
    """What turns this unit into kPa, None where it is no unit of pressure."""
    return _PRESSURES.get(re.sub(r"[\s.\[\]()]", "", unit).lower())


def amount_of(unit: str, gas: str) -> Amount | None:
    """Of ``cm³/g STP``, ``ml(STP) g-1``, ``mmol/g``, ``mol/kg``, ``wt%``, ``mg/g``, ``cc``; None if it is none of them.

    A share of mass needs the gas's molar mass.
    """
    text = unit.strip().replace("·", " ").replace("⋅", " ")
    weight = molar_mass(gas)
    if (mass := _MASS.search(text)) is not None:
        return None if weight is None else Amount(_PREFIX[mass["prefix"].lower()] * 1e3 / weight, False)
    if _PERCENT.search(text) and not _VOLUME.search(text):
        return None if weight is None else Amount(10.0 / weight, False)
    found = _PER_GRAM.search(text)
    per = ((found["prefix"] or found["back"] or found["word"] or "").lower() if found else "") or ""
    grams = _PREFIX.get(per, 1.0)
    bare = text[: found.start()] + " " + text[found.end() :] if found else text
    if moles := _MOLES.search(bare):
        return Amount(_PREFIX[moles["prefix"].lower()] * 1e3 / grams, found is None)
    if _VOLUME.search(bare):
        return Amount(1.0 / STP_CM3_PER_MMOL / grams, found is None)
    if _LITRE.search(bare):
        return Amount(1e3 / STP_CM3_PER_MMOL / grams, found is None)
    return None


def number_in(cell: object) -> float | None:
    """The first number of a cell or text: ``194.7493 ± 0.5313 m²/g``, ``0,0304(g)``; None if there is none.

    A lone comma is the decimal mark; where points and commas stand together the last of them is.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    found = _NUMBER.search(str(cell)) if cell is not None else None
    return _plain(found[0]) if found else None


def number_of(cell: object) -> float | None:
    """The number that a cell is and nothing else beside it; None otherwise."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell).strip().strip('"').strip()
    return _plain(text) if _NUMBER.fullmatch(text) else None


def _plain(text: str) -> float | None:
    bare = text.replace("−", "-").rstrip(" .,\u00a0'").translate(str.maketrans("", "", " \u00a0'"))
    point, comma = bare.rfind("."), bare.rfind(",")
    if point >= 0 and comma >= 0:
        bare = bare.replace("," if point > comma else ".", "")
    if bare.count(",") == 1:
        bare = bare.replace(",", ".")
    bare = bare.replace(",", "")
    try:
        return float(bare)
    except ValueError:
        return None


def pressure_in(text: object, unit: str = "") -> float | None:
    """A pressure with its unit, in kPa: ``752.266 mmHg``."""
    value, words = number_in(text), re.findall(r"[A-Za-z]+", str(text)) if not unit else [unit]
    factor = next((found for word in words if (found := pressure_factor(word)) is not None), None)
    return None if value is None or factor is None else value * factor


def temperature_in(text: object, unit: str = "") -> float | None:
    """A temperature in K; one in °C is turned. None where there is no number."""
    value = number_in(text)
    if value is None:
        return None
    words = f"{text} {unit}"
    celsius = re.search(r"°\s*C|\bC\b|℃|\bdeg\.?\s?C", words) is not None
    return value + 273.15 if celsius else value


def mass_in(text: object, unit: str = "") -> float | None:
    """A mass in g."""
    value = number_in(text)
    if value is None:
        return None
    words = f"{text} {unit}"
    milli = re.search(r"\d\s*\(?mg\b|^\s*\[?mg\b|\bmg\b", words) is not None
    return value / 1000 if milli else value
