"""JCAMP-DX (``.jdx``, ``.dx``, ``.jcm``): infrared, Raman and UV-vis spectra, by IUPAC's JCAMP-DX 4.24 and 5.01.

Labelled records ``##LABEL=value``; the table is ``##XYDATA=(X++(Y..Y))`` (plain or packed numbers) or ``##XYPOINTS``
and ``##PEAK TABLE`` (pairs). Positions come from FIRSTX, LASTX and NPOINTS; intensities are multiplied by YFACTOR. What
the head says (NPOINTS, FIRSTY, the check values of packed lines) is held against what stands there. Some programs write
the labels and then two bare columns: those are read as well. A compound file (``##BLOCKS``) gives a recording per
block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.jcamp_numbers import Table
from characterization.instruments.spectral import AGAIN, Numbers
from characterization.instruments.textual import looks_binary, read_text, to_number, unify

_RECORD = re.compile(r"^##([^=\n]{0,60})=", re.MULTILINE)
_TABLES = ("XYDATA", "XYPOINTS", "PEAKTABLE")
_MOST_BLOCKS = 1000
_UNITS = {
    "1/CM": "wavenumber", "CM-1": "wavenumber", "CM^-1": "wavenumber", "1/CM.": "wavenumber",
    "WAVENUMBERS": "wavenumber",
    "NANOMETERS": "nm", "NM": "nm", "MICROMETERS": "um", "UM": "um", "RAMANSHIFT": "shift",
}  # fmt: skip
_SHARE = 2.0


@dataclass
class _Block:
    labels: dict[str, str] = field(default_factory=dict)
    table: str = ""
    form: str = ""  # the label of its table

    def number(self, label: str) -> float | None:
        return (
            to_number(self.labels.get(label, "").split()[0]) if self.labels.get(label, "").split() else None
        )


def _label(text: str) -> str:
    return re.sub(r"[\s\-/_]", "", text).upper()


def _blocks(text: str) -> list[_Block]:
    """The blocks that hold a table, in the file's order."""
    marks = list(_RECORD.finditer(text))
    found, block = [], _Block()
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        label, value = _label(mark[1]), re.sub(r"\$\$.*", "", text[mark.end() : end])
        if label == "TITLE":
            block = _Block()
        if label in _TABLES:
            first, _, rest = value.partition("\n")
            block.form, block.table = label, rest
            block.labels["FORM"] = first.strip()
            found.append(block)
        else:
            block.labels[label] = value.strip()
    if not found and marks:  # labels, then two bare columns below the last of them
        first, _, rest = block.labels.get(_label(marks[-1][1]), "").partition("\n")
        block.labels[_label(marks[-1][1])] = first
        block.form, block.table = "XYPOINTS", rest
        found = [block] if rest.strip() else []
    return found


def _axis(block: _Block, name: str) -> tuple[Technique, float, bool]:
    """The technique, what to multiply positions by, and whether they are to be inverted from µm to cm⁻¹."""
    unit = _UNITS.get(
        _label(block.labels.get("XUNITS", "")), _UNITS.get(block.labels.get("XUNITS", "").upper().strip(), "")
    )
    kind = block.labels.get("DATATYPE", "").upper()
    if "INTERFEROGRAM" in kind or "NMR" in kind or "MASS" in kind:
        raise UnreadableFile(
            "unsupported", f"{name} holds {kind.strip().capitalize()}, which is not read.", "Send a spectrum."
        )
    if unit == "shift" or ("RAMAN" in kind and unit in ("wavenumber", "")):
        return Technique.RAMAN, 1.0, False
    if unit == "wavenumber":
        return Technique.FTIR, 1.0, False
    if unit == "um":
        return Technique.FTIR, 1.0, True
    if unit == "nm":
        return Technique.UV_VIS, 1.0, False
    raise UnreadableFile(
        "unsupported",
        f"{name} is over ‘{block.labels.get('XUNITS', '')[:30]}’, not over wavenumber, Raman shift or wavelength.",
        "Export it over one of these.",
    )


def _values(block: _Block, name: str) -> tuple[Numbers, Numbers, int]:
    """Positions, intensities, and how many lines fail their own check."""
    if block.form != "XYDATA" or "++" not in block.labels.get("FORM", "++"):
        return (*_pairs(block, name), 0)
    count, first, last = block.number("NPOINTS"), block.number("FIRSTX"), block.number("LASTX")
    if count is None or first is None or last is None or count != int(count):
        raise UnreadableFile("damaged", f"{name} does not say FIRSTX, LASTX and NPOINTS of its table.", AGAIN)
    spectral.check_size(name, int(count), 1)
    table = Table(name, AGAIN, int(count)).read(block.table.split("\n"))
    if len(table.values) != int(count):
        raise UnreadableFile(
            "truncated" if len(table.values) < count else "damaged",
            f"{name} declares {int(count):,} points; {len(table.values):,} are there.",
            AGAIN,
        )
    axis = np.linspace(first, last, int(count))
    _check_starts(table, axis, block.number("XFACTOR") or 1.0, name)
    return axis, np.array(table.values) * (block.number("YFACTOR") or 1.0), table.doubtful


def _check_starts(table: Table, axis: Numbers, factor: float, name: str) -> None:
    """Each line begins with its x: one that lies more than a point away was cut out or doubled."""
    step = abs(axis[-1] - axis[0]) / max(axis.size - 1, 1)
    for start, index in table.starts:
        if 0 <= index < axis.size and abs(start * factor - axis[index]) > 1.5 * step + 1e-3 * abs(
            axis[index]
        ):
            raise UnreadableFile(
                "damaged",
                f"{name}: a line begins at {start * factor:g}, where point {index + 1:,} lies at {axis[index]:g}.",
                AGAIN,
            )


def _pairs(block: _Block, name: str) -> tuple[Numbers, Numbers]:
    """Pairs of x and y, parted by blanks, commas, semicolons or lines."""
    cells = [to_number(cell) for cell in re.split(r"[\s;,]+", block.table) if cell]
    if len(cells) % 2 or any(cell is None for cell in cells):
        raise UnreadableFile("damaged", f"{name}: its table is not of pairs of numbers.", AGAIN)
    values = np.array(cells, dtype=np.float64).reshape(-1, 2)
    count = block.number("NPOINTS")
    if count is not None and values.shape[0] != int(count):
        raise UnreadableFile(
            "truncated" if values.shape[0] < count else "damaged",
            f"{name} declares {int(count):,} points; {values.shape[0]:,} are there.",
            AGAIN,
        )
    return values[:, 0] * (block.number("XFACTOR") or 1.0), values[:, 1] * (block.number("YFACTOR") or 1.0)


def _ordinate(block: _Block, technique: Technique, values: Numbers) -> tuple[str, float, str]:
    unit = block.labels.get("YUNITS", "").upper().strip()
    if technique == Technique.RAMAN:
        return ("intensity_counts" if "COUNT" in unit else "intensity_au"), 1.0, ""
    if "ABSORB" in unit or unit in ("A", "ABS", "AU"):
        return "absorbance", 1.0, ""
    for word, column in (
        ("TRANSM", "transmittance_percent"),
        ("%T", "transmittance_percent"),
        ("REFLECT", "reflectance_percent"),
    ):
        if word in unit or unit == "T":
            if "%" not in unit and "PERCENT" not in unit and np.nanmax(values) <= _SHARE:
                return (
                    column,
                    100.0,
                    "The ordinate runs to 1, not to 100: it is taken for a share and shown in %.",
                )
            return column, 1.0, ""
    return "intensity_au", 1.0, ""


def _moment(labels: dict[str, str]) -> datetime | None:
    text = f"{labels.get('LONGDATE') or labels.get('DATE', '')} {labels.get('TIME', '')}".strip()
    for form in (
        "%Y/%m/%d %H:%M:%S",
        "%y/%m/%d %H:%M:%S",
        "%Y/%m/%d",
        "%y/%m/%d",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y",
    ):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _recording(block: _Block, name: str) -> Recording:
    technique, factor, inverted = _axis(block, name)
    x, y, doubtful = _values(block, name)
    column, times, said = _ordinate(block, technique, y)
    if inverted:
        if (x <= 0).any():
            raise UnreadableFile("damaged", f"{name} holds wavelengths that are not positive.", AGAIN)
        x = 1e4 / x
    title = block.labels.get("TITLE", "").split("\n")[0].strip()
    laser = (
        block.labels.get("$LASERWAVELENGTH")
        or block.labels.get(".LASERWAVELENGTH")
        or block.labels.get("$EXCITATION")
    )
    found = spectral.recording(
        name, technique, column, factor * x, times * y, title=title,
        hints=(title, block.labels.get("SAMPLEDESCRIPTION", "")),
        meta={
            "laser_nm": spectral.laser_nm(laser) if laser else None, "origin": block.labels.get("ORIGIN", "")[:200],
            "instrument": block.labels.get("SPECTROMETERDATASYSTEM", "")[:200],
            "resolution_per_cm": block.number("RESOLUTION"), "data_type": block.labels.get("DATATYPE", "")[:80],
        },
        started_at=_moment(block.labels),
    )  # fmt: skip
    if said:
        found.flag("share_as_percent", said)
    if inverted:
        found.flag("axis_inverted", "The file is over µm; positions are shown in cm⁻¹.")
    first = block.number("FIRSTY")
    if first is not None and abs(first - y[0]) > 1e-3 * max(abs(first), abs(y[0]), 1e-9):
        found.flag("first_value", f"The head says that the first value is {first:g}; it is {y[0]:g}.")
    if doubtful:
        found.flag(
            "check_values", f"{doubtful:,} lines do not begin with the value that the line before ended with."
        )
    return found


def read(path: Path) -> list[Recording]:
    """One recording per table. Raises UnreadableFile."""
    text = read_text(path)
    if not _RECORD.search(text):
        raise UnreadableFile("not_this_format", f"{path.name} holds no JCAMP-DX records (##LABEL=).", AGAIN)
    blocks = _blocks(text)
    if not blocks or len(blocks) > _MOST_BLOCKS:
        raise UnreadableFile(
            "truncated" if not blocks else "too_large", f"{path.name} holds {len(blocks):,} tables.", AGAIN
        )
    if any(block.form == "PEAKTABLE" for block in blocks):
        blocks = [block for block in blocks if block.form != "PEAKTABLE"]
        if not blocks:
            raise UnreadableFile(
                "unsupported", f"{path.name} is a table of peaks, not a spectrum.", "Export the spectrum."
            )
    found = [_recording(block, path.name) for block in blocks]
    if len(found) > 1:
        for number, one in enumerate(found, 1):
            one.part = f"block {number}"
    if "##END" not in text.upper():
        found[-1].flag(
            "end_missing", "The file does not end in ##END=: something behind its table may be lost."
        )
    return found


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = unify(decode(head)).lstrip("\ufeff \n")
    if text.startswith("##"):
        labels = {_label(found) for found in _RECORD.findall(text)}
        return 3 if labels & {"JCAMPDX", "XUNITS", "DATATYPE"} else 1
    return 1 if ending(name, ".jdx", ".dx", ".jcm") else 0


READER = Reader(
    name="jcamp_dx",
    version="1.0",
    label="JCAMP-DX (jdx, dx)",
    techniques=(Technique.FTIR, Technique.RAMAN, Technique.UV_VIS),
    sniff=sniff,
    read=read,
    extensions=(".jdx", ".dx", ".jcm"),
)
