"""GSAS powder data, ``.gsas``, ``.gsa``, ``.gda``, ``.fxye``, ``.raw``: text, a title, then one or more banks.

``BANK number points records binning c1 c2 c3 c4 type``: with ``CONST`` c1 is the first 2θ and c2 the step, both in
hundredths of a degree. Types (GSAS Technical Manual, LAUR 86-748): ``STD`` ten fields of I2, F6.0 per line: how many
counters were averaged (blank is one) and their mean; ``ESD`` ten fields of F8.0: intensity and its error in turn;
``ALT`` four of F8.0, F7.4, F5.4: position, intensity, error; ``FXY``, ``FXYE`` a line per point: 2θ in hundredths of a
degree, intensity, error. No type means ``STD``. Wavelengths stand in another file and are absent here.

Oddities: fields may touch; lines of 80 letters may come without any line end; a bank of neutron time of flight
(``RALF``, ``SLOG``, ``TIME_MAP`` …) or of energies is no pattern over 2θ and is refused; files by hand part the fields
of ``STD`` by single blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.diffraction.scans import (
    Numbers,
    angles_of,
    damaged,
    gathered,
    kept,
    pattern,
    truncated,
)
from characterization.instruments.textual import looks_binary, read_text, to_number, unify

_BANK = re.compile(
    r"BANK\s+(\d+)\s+(\d+)\s+(\d+)\s+([A-Z_0-9]+)((?:\s+[-+\d.eE]+)*)\s*(STD|ESD|ALT|FXYE|FXY)?\s*$"
)
_LINE = 80
_ANGULAR = {"CONST", "CONS", "LIST"}
_WIDTHS = {"STD": (2, 6) * 10, "ESD": (8,) * 10, "ALT": (8, 7, 5) * 4}
_DECIMALS = {7: 1e-4, 5: 1e-4}
_COLUMNS = {"FXY": 2, "FXYE": 3}
_ENDINGS = (".gsas", ".gsa", ".gda", ".fxye", ".gss")


@dataclass(frozen=True)
class _Bank:
    number: int
    points: int
    binning: str
    coefficients: list[float]
    kind: str
    lines: list[str]


def _lines(text: str) -> list[str]:
    """Lines; where there are none, pieces of 80 letters, as Unix wrote them."""
    lines = text.split("\n")
    if len(lines) == 1 and len(text) > 2 * _LINE:
        return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return lines


def _banks(lines: list[str], name: str) -> list[_Bank]:
    places = [at for at, line in enumerate(lines) if line.startswith("BANK")]
    banks = []
    for at, end in pairwise([*places, len(lines)]):
        head = _BANK.match(lines[at].rstrip())
        if head is None:
            raise damaged(name, f"line {at + 1:,} is no bank's head: {lines[at].strip()[:60]}")
        body = [line for line in lines[at + 1 : end] if line.strip() and not line.startswith("#")]
        figures = [float(cell) for cell in head[5].split() if to_number(cell) is not None]
        banks.append(_Bank(int(head[1]), int(head[2]), head[4], figures, head[6] or "STD", body))
    return banks


def _field(cell: str, width: int) -> float | None:
    """A field of a fixed format: blank is None; without a point the decimals of the format count."""
    number = to_number(cell)
    if number is None and cell.strip():
        raise ValueError(cell)
    if number is not None and width in _DECIMALS and "." not in cell:
        number *= _DECIMALS[width]
    return number


def _fixed(bank: _Bank, need: int) -> list[float | None]:
    widths = _WIDTHS[bank.kind]
    places = list(pairwise(accumulate(widths, initial=0)))
    cells: list[float | None] = []
    for line in bank.lines:
        fields = list(zip(places, widths, strict=True))
        cells += [
            _field(line[start:stop], width) for (start, stop), width in fields if start < len(line.rstrip())
        ]
    return cells[:need] if all(cell is None for cell in cells[need:]) else cells


def _counts(bank: _Bank, name: str) -> tuple[Numbers, Numbers]:
    """Intensity and its error of a bank of fixed fields."""
    fields = len(_WIDTHS[bank.kind]) // {"STD": 10, "ESD": 5, "ALT": 4}[bank.kind]
    need = bank.points * fields
    try:
        cells = _fixed(bank, need)
        loose = bank.kind == "STD" and any(cell is None for cell in cells[1::2])
    except ValueError:
        cells, loose = [], True
    if loose:
        return _loose(bank, name)
    if len(cells) != need:
        raise _wrong_number(bank, len(cells) // fields, name)
    table = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64).reshape(
        -1, fields
    )
    if bank.kind == "STD":
        counters = np.where(np.isnan(table[:, 0]) | (table[:, 0] == 0), 1, table[:, 0])
        return table[:, 1], np.sqrt(np.maximum(table[:, 1], 0) / counters)
    return table[:, -2], table[:, -1]


def _wrong_number(bank: _Bank, points: int, name: str) -> UnreadableFile:
    if points < bank.points:
        return truncated(name, f"ends in bank {bank.number} after {points:,} of {bank.points:,} points")
    return damaged(name, f"bank {bank.number} has {points:,} points, it states {bank.points:,}")


def _loose(bank: _Bank, name: str) -> tuple[Numbers, Numbers]:
    """Values that are parted by blanks instead of standing in their columns."""
    values = _numbers(bank, name)
    values = values[::2] if bank.kind == "ESD" else values
    if bank.kind == "ALT" or len(values) != bank.points:
        raise _wrong_number(bank, len(values), name)
    errors = _numbers(bank, name)[1::2] if bank.kind == "ESD" else np.sqrt(np.maximum(values, 0))
    return values, errors


def _numbers(bank: _Bank, name: str) -> Numbers:
    try:
        return np.array(" ".join(bank.lines).split(), dtype=np.float64)
    except ValueError as error:
        raise damaged(name, f"bank {bank.number} holds something else than numbers ({error})") from error


def _listed(bank: _Bank, name: str) -> tuple[Numbers, Numbers, Numbers | None]:
    """Angles, intensities and errors of a bank with a line per point."""
    width = _COLUMNS[bank.kind]
    odd = next((at for at, line in enumerate(bank.lines, 1) if len(line.split()) != width), None)
    if odd is not None and odd == len(bank.lines):
        raise truncated(name, f"ends in the middle of row {odd:,} of {bank.points:,}")
    if odd is not None:
        raise damaged(name, f"row {odd:,} of bank {bank.number} does not have {width} numbers")
    table = _numbers(bank, name).reshape(-1, width)
    if len(table) != bank.points:
        raise _wrong_number(bank, len(table), name)
    return table[:, 0] / 100, table[:, 1], table[:, 2] if width == 3 else None


def _scan(bank: _Bank, title: str, name: str) -> Recording:
    if bank.binning not in _ANGULAR:
        raise UnreadableFile(
            "unsupported",
            f"{name}: bank {bank.number} is binned as {bank.binning} (time of flight or energies) and not along 2θ.",
            "Patterns over 2θ are read.",
        )
    errors: Numbers | None
    if bank.kind in _COLUMNS:
        angles, counts, errors = _listed(bank, name)
    else:
        if len(bank.coefficients) < 2 or bank.binning == "LIST":
            raise damaged(name, f"bank {bank.number} states no start and step")
        counts, errors = _counts(bank, name)
        angles = angles_of(bank.coefficients[0] / 100, bank.coefficients[1] / 100, len(counts))
    more = {} if errors is None or not np.isfinite(errors).all() else {"sigma_counts": errors}
    recording = pattern(name, angles, counts, {"sample_name": title, "gsas_type": bank.kind}, more=more)
    return recording


def read(path: Path) -> list[Recording]:
    """One recording per bank over 2θ. Raises UnreadableFile for cut and damaged files."""
    text = read_text(path)
    lines = _lines(text)
    banks = _banks(lines, path.name)
    if not banks:
        raise UnreadableFile(
            "not_this_format", f"{path.name} holds no bank of GSAS data.", "Export it again."
        )
    title = "" if lines[0].startswith("BANK") else lines[0].strip()
    last = banks[-1]
    if not text.endswith("\n") and len(lines) > 1 and last.kind in _COLUMNS and _cut_short(last.lines):
        raise truncated(path.name, f"ends in the middle of row {len(last.lines):,} of {last.points:,}")
    return gathered(path.name, "bank", [kept(_scan, bank, title, path.name) for bank in banks])


def _cut_short(lines: list[str]) -> bool:
    """Whether an unended last line is shorter than all those before it."""
    before = {len(line.rstrip()) for line in lines[-20:-1]}
    return bool(before) and len(lines[-1].rstrip()) < min(before)


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = unify(decode(head))
    found = any(_BANK.match(line.rstrip()) for line in _lines(text)[:50])
    return 3 if found else (1 if ending(name, *_ENDINGS) else 0)


READER = Reader(
    name="gsas",
    version="1.0",
    label="GSAS powder data (std, esd, alt, fxye)",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=_ENDINGS,
)
