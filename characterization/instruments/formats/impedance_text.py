"""Impedance as a plain table of text: Nova, Thales, EC-Lab and ZView exports, and what people write by hand.

Columns are known by their titles: a frequency in Hz (kHz, MHz, or rad/s for an angular one); real and imaginary part
(``Z'``, ``Re(Z)``, ``Zreal``, ``Real``; ``Z''``, ``Im(Z)``, ``Imag``, with a minus before it where it is turned), or
modulus and phase (degrees, or rad where the title says so). Ω, mΩ, kΩ and MΩ are told apart by the title, else they are
Ω. Cells are parted by tabs, semicolons, commas or blanks; decimal commas and every usual encoding are fine. Columns
that are neither these nor time or potential are left out. Impedance per area (Ω·cm²) is refused.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.impedance import AGAIN, spectra
from characterization.instruments.text_table import TextTable, parse_table
from characterization.instruments.textual import flag_open_end, looks_binary, read_text

_FREQUENCY = re.compile(r"^(freq|f\b|f[\s(/_\[]|ω|omega)", re.IGNORECASE)
_MINUS = r"^[\s(]*[-−–]\s*"
_IMAGINARY = re.compile(
    r"(z\s*(''|″|”|\")|z_?im|im(ag)?(\s*\(z\)|inary)?\b|z\s*imag|reactance)", re.IGNORECASE
)
_REAL = re.compile(r"(z\s*('|′|’)(?!')|z_?re|\bre(al)?(\s*\(z\))?\b|resistance)", re.IGNORECASE)
_MODULUS = re.compile(r"(\|z\||z_?mod|\babs\b|modulus|magnitude|impedance \()", re.IGNORECASE)
_PHASE = re.compile(r"(phase|phi\b|φ|theta|z_?phz)", re.IGNORECASE)
_OTHERS = {
    "time_s": re.compile(r"^(elapsed\s*)?time\s*[(/\[]?\s*s", re.IGNORECASE),
    "voltage_V": re.compile(r"^<?(e_?dc|v_?dc|ewe|bias|potential|voltage)>?\s*[(/\[]\s*v", re.IGNORECASE),
}
_ENDINGS = (".csv", ".txt", ".dat", ".tsv", ".prn", ".asc")
_FEWEST = 3


def _find(titles: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((place for place, title in enumerate(titles) if pattern.search(title)), None)


def _columns(titles: list[str]) -> dict[str, int]:
    """Places of frequency, and of real and imaginary or modulus and phase; empty where they are not all there."""
    bare = [title.strip().strip('"') for title in titles]
    found: dict[str, int] = {}
    frequency, imaginary = _find(bare, _FREQUENCY), _find(bare, _IMAGINARY)
    rest = [title if place != imaginary else "" for place, title in enumerate(bare)]
    real = _find(rest, _REAL)
    modulus, phase = _find(bare, _MODULUS), _find(bare, _PHASE)
    if frequency is None:
        return {}
    if real is not None and imaginary is not None:
        found = {"frequency": frequency, "real": real, "imaginary": imaginary}
    elif modulus is not None and phase is not None:
        found = {"frequency": frequency, "modulus": modulus, "phase": phase}
    return found


def _factor(title: str) -> float:
    """What turns a column into Ω or Hz: 1 where its title names no other unit."""
    unit = "".join(re.findall(r"[(/\[]\s*([^)\]]*)", title)[-1:])
    if re.search(r"M\s*(Ω|Ohm|Hz)", unit):
        return 1e6
    if re.search(r"k\s*(Ω|Ohm|Hz)", unit):
        return 1e3
    if re.search(r"m\s*(Ω|Ohm|Hz)", unit):
        return 1e-3
    return (
        1 / (2 * np.pi)
        if re.search(r"rad\s*/?\s*s|1/s|s-1", unit) or re.match(r"ω|omega", title, re.IGNORECASE)
        else 1.0
    )


def _parts(
    titles: list[str], values: npt.NDArray[np.float64], at: dict[str, int]
) -> dict[str, npt.NDArray[np.float64]]:
    """Frequency, real and imaginary part in Hz and Ω, the imaginary part negative for a capacitor."""
    frequency = values[:, at["frequency"]] * _factor(titles[at["frequency"]])
    if "real" in at:
        real = values[:, at["real"]] * _factor(titles[at["real"]])
        turned = -1.0 if re.search(_MINUS, titles[at["imaginary"]]) else 1.0
        imaginary = turned * values[:, at["imaginary"]] * _factor(titles[at["imaginary"]])
    else:
        title = titles[at["phase"]]
        turn = 1.0 if re.search(r"rad", title, re.IGNORECASE) else np.pi / 180
        phase = values[:, at["phase"]] * turn * (-1.0 if re.search(_MINUS, title) else 1.0)
        modulus = values[:, at["modulus"]] * _factor(titles[at["modulus"]])
        real, imaginary = modulus * np.cos(phase), modulus * np.sin(phase)
    found = {"frequency_Hz": frequency, "z_real_ohm": real, "z_imag_ohm": imaginary}
    for name, pattern in _OTHERS.items():
        place = _find(titles, pattern)
        if place is not None and place not in at.values():
            found[name] = values[:, place]
    return found


def _table(text: str, name: str) -> TextTable:
    table = parse_table(text, name)
    if table is None or not _columns(table.titles):
        raise UnreadableFile("not_this_format", f"{name} is not a table of frequency and impedance.", AGAIN)
    if any(re.search(r"(Ω|ohm)s?\W{0,3}cm", title, re.IGNORECASE) for title in table.titles):
        raise UnreadableFile(
            "unsupported",
            f"{name} holds impedance per area (Ω·cm²).",
            "Export it in Ω: the area stands with the cell.",
        )
    if table.fault is not None:
        raise table.fault
    return table


def read(path: Path) -> list[Recording]:
    """All spectra of the table as one recording. Raises UnreadableFile."""
    text = read_text(path)
    table = _table(text, path.name)
    titles = [title.strip().strip('"') for title in table.titles]
    columns = _parts(titles, np.array(table.rows), _columns(titles))
    recording = spectra(path.name, columns, meta={"columns": titles})
    _flag_sign(recording, titles)
    flag_open_end(recording, text)
    return [recording]


def _flag_sign(recording: Recording, titles: list[str]) -> None:
    """Says where nearly all imaginary parts are positive: the title may lack its minus."""
    imaginary = recording.table["z_imag_ohm"]
    if imaginary.len() >= _FEWEST and (imaginary > 0).mean() > 0.9:  # type: ignore[operator]  # a mean of booleans
        recording.flag(
            "imaginary_sign",
            "Over 90 % of the imaginary parts are positive, as of an inductor; the column's title may lack a minus "
            f"(columns: {', '.join(titles)}).",
        )


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    lines = decode(head).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    titled = any(
        _columns([cell for cell in re.split(r"[\t;,]|\s{2,}", line) if cell.strip()]) for line in lines
    )
    return 2 if titled and ending(name, *_ENDINGS) else int(titled)


READER = Reader(
    name="impedance_text",
    version="1.0",
    label="Impedance as a table of text",
    techniques=(Technique.EIS,),
    sniff=sniff,
    read=read,
    extensions=_ENDINGS,
)
