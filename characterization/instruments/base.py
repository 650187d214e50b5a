"""What a reader is and what it gives back: a file of an instrument becomes tables with units.

Nothing here knows of Django, of a database or of a queue. A reader is one module in ``formats/`` that holds a
module-level ``READER``; the registry finds it by itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

HEAD_BYTES = 4096


class Technique(StrEnum):
    """How a table was measured. The values are stored and stand in the REST API: never rename one."""

    CYCLING = "cycling"
    XRD = "xrd"
    XPS = "xps"
    RAMAN = "raman"
    SORPTION = "sorption"
    EIS = "eis"
    CV = "cv"
    GITT = "gitt"
    FTIR = "ftir"
    EPR = "epr"
    XANES = "xanes"
    UV_VIS = "uv_vis"
    TGA = "tga"
    PICTURE = "picture"
    LOG = "log"
    OTHER = "other"


class UnreadableFile(Exception):
    """The file cannot be read, for a reason that its owner can act on.

    ``message`` says what is wrong with this file, with its numbers; ``hint`` says what to do; ``code`` is stable
    and short (``empty``, ``truncated``, ``damaged``, ``not_this_format``, ``unsupported``, ``too_large``, ``hostile``,
    ``needs_mapping``). With ``needs_mapping`` the file is a table whose columns nobody knows: ``columns`` are their
    names in the file's order, for a person to say what they are.
    """

    def __init__(self, code: str, message: str, hint: str = "", columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.columns = list(columns)


@dataclass(frozen=True)
class Flag:
    """Something odd that the file says, shown beside the result and never silently mended."""

    code: str
    message: str


_SUFFIX_UNITS = {
    "s": "s",
    "V": "V",
    "mA": "mA",
    "mAh": "mAh",
    "mWh": "mWh",
    "mW": "mW",
    "ohm": "Ω",
    "degC": "°C",
    "deg": "°",
    "counts": "counts",
    "cps": "counts/s",
    "eV": "eV",
    "percent": "%",
    "Hz": "Hz",
    "kPa": "kPa",
    "Pa": "Pa",
    "mm": "mm",
    "nm": "nm",
    "angstrom": "Å",
    "um": "µm",
    "px": "px",
    "mT": "mT",
    "mg": "mg",
    "g": "g",
    "K": "K",
    "au": "a. u.",
}


_PER_UNITS = {"per_cm": "cm⁻¹", "per_g": "/g"}


def unit_of(column: str) -> str:
    """The unit that a column's name ends with: ``voltage_V`` is in V, ``two_theta_deg`` in °, ``step`` in nothing.

    ``raman_shift_per_cm`` is in cm⁻¹, ``amount_mmol_per_g`` in mmol/g.
    """
    head, *rest = column.rsplit("_", 2)
    per = _PER_UNITS.get("_".join(rest), "")
    if per.startswith("/"):
        return f"{head.rpartition('_')[2]}{per}"
    return per or _SUFFIX_UNITS.get(column.rpartition("_")[2], "")


@dataclass
class Recording:
    """One measured table.

    ``table`` has one row per point; each column's name ends in its unit (``voltage_V``). Where a unit cannot be
    written in a name it stands in ``units``. ``part`` tells several recordings of one file apart (``scan 2``).
    ``started_at`` is time-zone aware, or naive when the file does not say its zone: then the instrument's zone is
    put on it at ingest. ``meta`` holds what the file says about itself, JSON only, units in the keys.
    ``sample_hints`` are texts of the file in which a sample code may stand (title, comment, barcode).

    Canonical columns, by technique:

    * cycling: ``time_s`` (test time, not falling), ``voltage_V``, ``current_mA`` (positive while charging),
      ``step`` (counts up through the file), ``step_type`` (the vendor's word), ``vendor_cycle``;
      counters as the vendor keeps them: either ``step_capacity_mAh`` and ``step_energy_mWh`` (absolute, restart with
      each step)
      or ``charge_capacity_mAh``, ``discharge_capacity_mAh``, ``charge_energy_mWh``, ``discharge_energy_mWh``
      (each grows only in its direction, may restart); ``unix_time_s``; auxiliary channels with a unit suffix.
    * cv: ``time_s``, ``voltage_V``, ``current_mA`` (positive while oxidising), ``scan`` (from 1) where the file counts
      scans; meta ``scan_rate_mV_per_s`` where it is stated.
    * eis: ``frequency_Hz``, ``z_real_ohm``, ``z_imag_ohm`` (negative for a capacitor), ``spectrum`` (from 1, one per
      sweep), and where known ``time_s``, ``voltage_V``, ``current_mA`` (of the DC part), ``step``, ``vendor_cycle``,
      ``charge_mAh`` (passed since the start of the file, positive while charging). Rows at 0 Hz are DC rows; they
      are kept and no analysis counts them as impedance. A file that cycles and measures impedance gives a cycling
      recording of all its rows and an eis recording (part ``impedance``) of the rows that have a frequency.
    * xrd: ``two_theta_deg``, ``intensity_counts`` (or ``intensity_cps``); meta ``wavelength_angstrom``,
      ``wavelength_kalpha2_angstrom``, ``kalpha_ratio``, ``anode``, ``counting_time_s``.
    * xps: one long table for all regions: ``region`` (text, ``C 1s``), ``block`` (index in the file),
      ``binding_energy_eV``, ``intensity_counts`` or ``intensity_cps``, ``transmission`` where given;
      meta ``regions``: a list of {block, region, points, excitation_energy_eV, pass_energy_eV, dwell_s, scans, ...}.
    * raman: ``raman_shift_per_cm`` (ascending within a spectrum), ``intensity_counts`` (``intensity_cps``,
      ``intensity_au``), ``spectrum`` (from 1; one long table for series and maps), and where known per spectrum
      ``time_s``, ``x_um``, ``y_um``, ``voltage_V``, ``state_of_charge_percent``; meta ``laser_nm``, ``exposure_s``,
      ``accumulations``, ``laser_power_percent``.
    * ftir: ``wavenumber_per_cm`` (ascending), one of ``absorbance``, ``transmittance_percent``,
      ``reflectance_percent``, ``intensity_au``, and ``spectrum`` where the file holds several.
    * uv_vis: ``wavelength_nm`` with the same ordinates; epr: ``field_mT``, ``intensity_au``, meta
      ``microwave_frequency_GHz``; xanes: ``energy_eV``, ``absorption_au`` (µ, not normalised), meta ``element``,
      ``edge``; tga: ``time_s`` and ``temperature_degC`` where given, ``mass_mg`` or ``mass_percent``, ``heat_flow_mW``.
    * sorption: ``pressure_kPa`` and ``relative_pressure`` where known (one of them at least),
      ``saturation_pressure_kPa`` where it stands beside each point, ``amount_mmol_per_g``, ``branch`` (text,
      ``adsorption`` or ``desorption``), in the order of measuring; meta ``gas`` (``N2``, ``Ar``, ``CO2``, ``H2O`` …),
      ``temperature_K``, ``sample_mass_g``, ``saturation_pressure_kPa``, and under ``printed`` what the instrument's
      own software found: {``bet_area_m2_per_g``, ``bet_c``, ``bet_monolayer_mmol_per_g``, …}.
    * picture: one row: ``width_px``, ``height_px``, ``pixel_nm`` (null where no scale is known), ``pixels_sha256``
      (text, of the decoded pixels, so that two pictures of one size are two measurements) and ``pixels`` (bytes, row by
      row; 1, 2 or 3 bytes per pixel are grey of 8 bits, grey of 16 bits, colour); meta ``pixel_height_nm`` where pixels
      are not square, ``scale_from`` (where the scale stands), ``voltage_kV``, ``magnification``, ``detector``.
    """

    technique: Technique
    table: pl.DataFrame
    meta: dict[str, Any] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    part: str = ""
    title: str = ""
    sample_hints: tuple[str, ...] = ()
    flags: list[Flag] = field(default_factory=list)

    def unit(self, column: str) -> str:
        return self.units.get(column, unit_of(column))

    def flag(self, code: str, message: str) -> None:
        self.flags.append(Flag(code, message))


ReadFile = Callable[[Path], list[Recording]]
"""Reads a whole file. Raises UnreadableFile for what its owner can understand; never passes a cut table as whole."""


@dataclass(frozen=True)
class Reader:
    """One instrument format.

    ``sniff`` gets the first HEAD_BYTES of the file and its lower-case name and answers how sure it is that it can
    read it: 0 not at all, 1 by name only, 2 by content that others could share, 3 by content that is this format's own.
    ``version`` changes whenever a table that it returns can change.
    """

    name: str
    version: str
    label: str
    techniques: tuple[Technique, ...]
    sniff: Callable[[bytes, str], int]
    read: ReadFile
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadResult:
    reader: Reader
    recordings: list[Recording]


def ending(name: str, *endings: str) -> bool:
    """Whether a lower-case file name ends in one of the endings, also with a copy mark: ``scan.xy (1)``."""
    stem = re.sub(r"\s*\(\d+\)$", "", name)
    return stem.endswith(endings)


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_EASTERN = (
    (
        "gb18030",
        re.compile(
            "强度|计数|位移|波数|波长|透过|透射|吸光|吸附|结合能|动能|温度|时间|质量|压力|样品|衍射|磁场"
        ),
    ),
    (
        "cp932",
        re.compile("強度|波数|波長|透過|吸光|吸着|結合|温度|時間|質量|圧力|試料|測定|回折|シフト|磁場"),
    ),
)
_LONGEST_HEAD = 65536
_LETTERS = bytes([9, 10, 12, 13, *range(32, 256)])


def wide_encoding(raw: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` where a text without a mark has a NUL in nearly every other place, else ``""``."""
    head = raw[:HEAD_BYTES]
    half = len(head) // 2
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        others = head[1 - first :: 2]
        lines = b"\n" in others or b"\r" in others
        if (
            half > 8
            and head[first::2].count(0) > 0.9 * half
            and lines
            and not others.translate(None, _LETTERS)
        ):
            return encoding
    return ""


def decode(raw: bytes) -> str:
    """Text of an instrument file: a byte-order mark is believed, then UTF-16 without one where every other byte is
    NUL, then UTF-8, then the code pages of China and Japan where they give words of a measurement, then that of the
    West."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if encoding := wide_encoding(raw):
        return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(_code_page(raw), errors="replace")


def _code_page(raw: bytes) -> str:
    head = raw[:_LONGEST_HEAD]
    pages = (page for page, words in _EASTERN if words.search(head.decode(page, errors="replace")))
    return next(pages, "cp1252")


def json_ready(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Meta with what JSON does not know made plain: dates as text, numpy numbers as numbers, NaN and infinite None."""
    return {str(key): _json_value(value) for key, value in meta.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json_ready(value)
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        return _json_value(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int) or value is None else str(value)
