"""What the columns of a furnace's or freeze-dryer's log are, told from their heads in English, German and Chinese.

A head is a title and perhaps a unit: ``Temperature (°C)``, ``温度/℃``, ``Druck [mbar]``, ``PV``. A set point is told
before a temperature, because it names one too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    DATE = "date"
    CLOCK = "clock"
    TEMPERATURE = "temperature"
    SETPOINT = "setpoint"
    PRESSURE = "pressure"
    FLOW = "flow"


@dataclass(frozen=True)
class Unit:
    """``value * factor + offset`` is in the house's unit of the role: s, °C, Pa, mL/min."""

    role: Role
    factor: float
    offset: float = 0.0


@dataclass(frozen=True)
class Head:
    """``unit`` is None where the head names none, or one that is not known."""

    title: str
    role: Role
    unit: Unit | None
    place: int = 0


_SPELT: tuple[tuple[Role, float, float, str], ...] = (
    (Role.CLOCK, 1, 0, "s sec secs second seconds sek sekunden 秒"),
    (Role.CLOCK, 60, 0, "min mins minute minutes minuten 分 分钟"),
    (Role.CLOCK, 3600, 0, "h hr hrs hour hours std stunden 小时"),
    (Role.CLOCK, 0.001, 0, "ms msec"),
    (Role.CLOCK, 86400, 0, "d day days tage 天"),
    (Role.TEMPERATURE, 1, 0, "°c ℃ º degc deg.c deg-c grad gradc celsius oc ° 度 摄氏度 degree degreec"),
    (Role.TEMPERATURE, 1, -273.15, "k kelvin °k"),
    (Role.TEMPERATURE, 5 / 9, -160 / 9, "°f ℉ degf f fahrenheit"),
    (Role.PRESSURE, 1, 0, "pa 帕"),
    (Role.PRESSURE, 100, 0, "hpa mbar millibar"),
    (Role.PRESSURE, 1000, 0, "kpa 千帕"),
    (Role.PRESSURE, 1e5, 0, "bar"),
    (Role.PRESSURE, 0.1, 0, "µbar ubar"),
    (Role.PRESSURE, 101325 / 760, 0, "torr mmhg"),
    (Role.PRESSURE, 101.325 / 760, 0, "mtorr"),
    (Role.PRESSURE, 101325, 0, "atm"),
    (Role.PRESSURE, 6894.757293, 0, "psi psia"),
    (Role.FLOW, 1, 0, "ml/min sccm ccm cc/min cm3/min cm³/min mln/min nml/min smlpm 毫升/分 毫升/分钟"),
    (Role.FLOW, 1000, 0, "l/min slm slpm nl/min lpm"),
    (Role.FLOW, 1000 / 60, 0, "l/h nl/h lph"),
    (Role.FLOW, 1 / 60, 0, "ml/h"),
    (Role.FLOW, 1e6 / 60, 0, "m3/h m³/h nm3/h"),
)
_UNITS = {
    word: Unit(role, factor, offset) for role, factor, offset, words in _SPELT for word in words.split()
}
_CASED = {"MPa": Unit(Role.PRESSURE, 1e6), "mPa": Unit(Role.PRESSURE, 1e-3), "C": _UNITS["°c"]}

_SETPOINT = re.compile(
    r"\bs\.?[pv]\.?\d*\b|set\W?_?(point|value|temp|t\b)|sollw|\bsoll|_soll|\btarget|\bwsp\b|setting|设定|给定|目标"
    r"|program(me)?[ _](temp|value|sp)"
)
_TEMPERATURE = re.compile(
    r"temp|thermo|\btc[ _]?\d*\b|\bpv\d*\b|\bp\.v\.|\bist\b|istw|_ist\b|\bofen\b|furnace|\boven\b|shelf|stellfl"
    r"|\bfalle|eisk|kondensator|condenser|温|测量值|实际值|实测|炉|^t[ _]?\d{0,2}$|^ch(annel)?[ _]?\d+$|product probe"
)
_PRESSURE = re.compile(r"press|druck|vac+uum|vakuum|压力|压强|真空|气压|gauge|pirani|^p[ _]?\d{0,2}$")
_FLOW = re.compile(
    r"flow|durchflu|volumenstrom|\bmfc|流量|\bgas|spülgas|^(n2|ar|h2|o2|co2|nh3|argon|stickstoff)\b"
)
_DATE = re.compile(r"^(date|datum|tag|日期)\b")
_CLOCK = re.compile(r"time|zeit|\bdate|datum|elapsed|时间|時間|时刻|日期|^t$|runtime|laufzeit")
_HEATER = re.compile(
    r"heat|heiz|power|leistung|output|ausgang|stell(grad|größe)|功率|加热|输出|电流|电压|\bop\b|\bmv\b"
)
_RATE = re.compile(
    r"rate|/ ?min\b.*(°|℃|\bk\b)|(°|℃|\bk)c? ?/ ?min|升温速率|rampe?\b|segment|step|段|schritt"
)
_ELSEWHERE = re.compile(
    r"capacit|kapazit|容量|\bm?ah\b|energ|能量|cycle|zyklus|循环|volt|spannung|电压|\bcurrent|strom\b|电流|freq|impedan|ohm"
    r"|adsor|p/p0|relative pressure|2[ -]?theta|intensit|wavenumber|wellenzahl|binding|absorb|transmit|raman|mass\b.*mg"
    r"|weight|gewicht|\btg\b|\bdsc\b|质量"
)
_BY_NAME = (
    (Role.DATE, _DATE),
    (Role.CLOCK, _CLOCK),
    (Role.SETPOINT, _SETPOINT),
    (Role.FLOW, _FLOW),
    (Role.PRESSURE, _PRESSURE),
    (Role.TEMPERATURE, _TEMPERATURE),
)
_FOREIGN = re.compile(
    r"adsor|desor|gas sorption|outgas|@ ?stp|p/p0|p/po\b|relative pressure|impedan|pstat|binding energy"
    r"|kinetic energy|2[ -]?theta|wavenumber|raman"
    r"|coulomb|\bmah\b|m?ah/g|wellenzahl|吸附"
)
LONGEST_HEAD = 60
_LETTER = re.compile(r"[^\W\d_]")
_IN_BRACKETS = re.compile(r"[\(\[（【<]\s*([^()\[\]（）【】<>]{1,14}?)\s*[\)\]）】>]")
_AT_THE_END = re.compile(r"(?:[/,;:]\s*|[ _]+(?:in\s+)?)([^\s,;:_]{1,12})$")


@lru_cache(maxsize=4096)
def unit_named(text: str) -> Unit | None:
    """The unit that a text names and nothing else: ``°C``, ``mbar``, ``mL/min``."""
    bare = unicodedata.normalize("NFC", text).strip().replace("μ", "µ").replace("^3", "3").replace("·", "")
    return _CASED.get(bare) or _UNITS.get(bare.lower().replace(" ", "").replace("min-1", "/min"))


@lru_cache(maxsize=4096)
def head_of(text: str, place: int = 0, below: str = "") -> Head | None:
    """What a head says its column is; None for a column that is nothing of a log. ``below`` is the unit's own row."""
    if not _LETTER.search(text):
        return None
    title, unit = _parted(text.strip().strip('"').strip().replace("_per_", "/"))
    unit = unit_named(below.strip("()[]（） ")) or unit
    role = Role.TEMPERATURE if title == "T" and unit is None else _role(title.lower(), unit)
    if role is None:
        return None
    return Head(text.strip(), role, unit if unit is not None and _fits(unit.role, role) else None, place)


def is_elsewhere(text: str) -> bool:
    """Whether a head speaks of a cycler, a spectrum or a balance; of a furnace's own heater it may."""
    low = text.lower()
    return bool(_ELSEWHERE.search(low)) and not _HEATER.search(_ELSEWHERE.sub(" ", low))


def is_foreign(text: str) -> bool:
    """Whether a line of a file, whatever it is, can only be that of another technique."""
    return bool(_FOREIGN.search(text.lower()))


def _parted(text: str) -> tuple[str, Unit | None]:
    """Title and unit; the unit stands in brackets, behind a slash, a comma, an underscore or a blank."""
    if text.lower().endswith("of day"):
        return text, None
    for pattern in (_IN_BRACKETS, _AT_THE_END):
        for found in pattern.finditer(text):
            unit = unit_named(found[1])
            if unit is not None and text[: found.start()].strip():
                return f"{text[: found.start()]} {text[found.end() :]}".strip(" ,/_:"), unit
    return text, None


def _role(title: str, unit: Unit | None) -> Role | None:
    if _RATE.search(title):
        return None
    if unit is not None and unit.role is not Role.CLOCK:
        return _of_unit(title, unit.role)
    named = next((role for role, pattern in _BY_NAME if pattern.search(title)), None)
    if named in (Role.DATE, Role.CLOCK):
        return named
    return named if unit is None and not _HEATER.search(title) else None


def _of_unit(title: str, found: Role) -> Role | None:
    """A set point is one of temperature; those of pressure and flow are no measured values."""
    if not _SETPOINT.search(title):
        return found
    return Role.SETPOINT if found is Role.TEMPERATURE else None


def _fits(dimension: Role, role: Role) -> bool:
    return dimension is role or (dimension is Role.TEMPERATURE and role is Role.SETPOINT)


def heads_of(cells: list[str], below: list[str] | None = None) -> list[Head]:
    """The heads of a row of titles that are known, each with the place of its column."""
    units = below or []
    found = [head_of(cell, below=units[at] if at < len(units) else "") for at, cell in enumerate(cells)]
    return [replace(head, place=at) for at, head in enumerate(found) if head is not None]


def is_log(cells: list[str], heads: list[Head]) -> bool:
    """Whether these are the heads of a process log: a time, a temperature or a pressure, and nothing of elsewhere."""
    if any(len(cell) > LONGEST_HEAD or cell.endswith((":", "：")) for cell in cells):
        return False
    roles = {head.role for head in heads}
    timed = bool(roles & {Role.DATE, Role.CLOCK})
    return timed and bool(roles & {Role.TEMPERATURE, Role.PRESSURE}) and not any(map(is_elsewhere, cells))
