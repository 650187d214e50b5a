"""Photoelectron spectra as plain tables, ``.csv``, ``.txt``, ``.dat``: Kratos Vision, PHI, CasaXPS, Origin, by hand.

Known by the titles of their columns: a binding or kinetic energy (``BE/eV``, ``Binding Energy (eV)``,
``Bindungsenergie``, ``结合能``), and beside it intensities. Columns behind an energy belong to it up to the next
energy; each intensity is a block of its own.
Background, envelope, fitted curves and residuals, known by their titles, are left out with a flag.
Kinetic energies become binding energies where the header states the excitation energy.

Oddities: the region's name comes from the title, the header or the file's name. Counts per second only where a title
says so; a title without any unit leaves a flag.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN, Numbers, Spectrum, recording, region_name
from characterization.instruments.text_table import TextTable, parse_table
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_BINDING = re.compile(
    r"binding|bindungsenergie|liaison|^b\.?\s?e\.?\s*([/(\[]|$)|^e_?b\b|结合能|結合エネルギー", re.IGNORECASE
)
_KINETIC = re.compile(
    r"kinetic|kinetische|cinétique|^k\.?\s?e\.?\s*([/(\[]|$)|^e_?k(in)?\b|动能", re.IGNORECASE
)
_RATE = re.compile(r"cps|count\w*\s*/\s*s|c/s|per sec|counts_s|s-1", re.IGNORECASE)
_COUNTS = re.compile(r"count|cts|计数|impuls", re.IGNORECASE)
_FITTED = re.compile(
    r"back(ground|gnd)|\bbg\b|bkg|envelope|resid|\bfit|\bsum\b|component|comp\b|peak \d"
    r"|shirley|tougaard|untergrund|背景",
    re.IGNORECASE,
)
_EXCITATION = re.compile(
    r"(excitation|photon|characteristic|source)\s*energy[^\d\n-]{0,20}(\d{2,5}(?:[.,]\d+)?)"
    r"|h[νv]\s*[=:]\s*(\d{2,5}(?:[.,]\d+)?)",
    re.IGNORECASE,
)
_FEWEST = 5


def _energies(titles: list[str]) -> dict[int, bool]:
    """Places of the energies, and whether they are kinetic. Where both stand side by side the binding one counts."""
    found = {at: False for at, title in enumerate(titles) if _BINDING.search(title.strip())}
    return found or {at: True for at, title in enumerate(titles) if _KINETIC.search(title.strip())}


def _excitation(header: list[str]) -> float | None:
    found = _EXCITATION.search("\n".join(header[:500])[:50_000])
    return to_number(found[2] or found[3]) if found else None


def _label(title: str, table: TextTable, path: Path) -> str:
    for said in (title, *table.header[:50], path.stem):
        if region_name(said) != (said.strip() or "region") and len(said) < 200:
            return region_name(said)
    return title if title and not _COUNTS.search(title) else path.stem


def _spectra(table: TextTable, values: Numbers, path: Path) -> tuple[list[Spectrum], list[str]]:
    """The spectra, and the titles of the columns that were left out."""
    energies, found, left = _energies(table.titles), [], []
    excitation = _excitation(table.header)
    at = min(energies) if len(energies) == 1 else -1
    measured: set[int] = set()
    fitted = any(_FITTED.search(title) for title in table.titles)
    for place, title in enumerate(table.titles):
        if place in energies:
            at = place
        elif fitted and at in measured:
            left.append(
                title
            )  # beside an envelope, what follows the measured intensity is a fitted component
        elif at < 0 or _FITTED.search(title) or _KINETIC.search(title) or "transmission" in title.lower():
            left.append(title)
        else:
            measured.add(at)
            rate = bool(_RATE.search(title))
            found.append(
                Spectrum(
                    _label(title, table, path), values[:, at], values[:, place], kinetic=energies[at], rate=rate,
                    exact_unit=rate or bool(_COUNTS.search(title)), excitation_eV=excitation,
                    said={"column": title},
                )
            )  # fmt: skip
    return found, left


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile."""
    text = read_text(path)
    table = parse_table(text, path.name)
    if table is None or not _energies(table.titles):
        raise UnreadableFile(
            "not_this_format", f"{path.name} is no table with a title of a binding or kinetic energy.", AGAIN
        )
    if table.fault:
        raise table.fault
    if len(table.rows) < _FEWEST:
        raise UnreadableFile(
            "truncated", f"{path.name} holds {len(table.rows)} rows; {_FEWEST} are the fewest.", AGAIN
        )
    spectra, left = _spectra(table, np.array(table.rows, dtype=np.float64), path)
    if not spectra:
        raise UnreadableFile(
            "not_this_format", f"{path.name} has energies and no intensity beside them.", AGAIN
        )
    whole = recording(path.name, spectra, {"columns_in_file": table.titles}, [path.stem])
    if left:
        whole.flag("columns_left_out", f"Left out are the columns {', '.join(left)[:200]}.")
    flag_open_end(whole, text)
    return [whole]


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head) or not head.strip():
        return 0
    text = unify(decode(head))
    text = text[: text.rfind("\n") + 1] if len(head) >= 4096 else text
    table = parse_table(text, name)
    return 2 if table is not None and table.rows and _energies(table.titles) else 0


READER = Reader(
    name="xps_text",
    version="1.1",
    label="Photoelectron spectrum as a table (csv, txt, dat)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".csv", ".txt", ".dat"),
)
