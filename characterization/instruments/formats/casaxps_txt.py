"""CasaXPS "export rows of tables", ``.txt``: the blocks below each other, with what was fitted beside the counts.

Each block: a line ``Cycle 4:Ni:Ni2p`` (block, sample, region), ``Characteristic Energy eV`` (excitation) and
``Acquisition Time s`` (dwell × scans), the lines ``Name``, ``Position``, ``FWHM``, ``Area``, ``Lineshape`` with a cell
for each component, then the columns ``K.E.``, ``Counts``, the components, background and envelope, and once more over
``B.E.`` with ``CPS``. Energies are in eV; kinetic and binding ones add up to the excitation energy.

Read are binding energy and CPS. The components' names and figures are kept in the meta of their region. The file does
not say how many rows a block has: a cut one is known by its last line only.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN, Spectrum, recording
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_TITLES = re.compile(r"^\s*K\.E\.([\t,;])(.*)$", re.MULTILINE)
_SETTINGS = re.compile(
    r"Characteristic Energy eV[\t,;]+([^\t,;\n]+)(?:.*?Acquisition Time s[\t,;]+([^\t,;\n]+))?"
)
_FIGURES = {"position": "position_eV", "fwhm": "fwhm_eV", "area": "area", "lineshape": "line_shape"}


def _cells(line: str, mark: str) -> list[str]:
    return [cell.strip() for cell in line.split(mark)]


def _components(lines: list[str], mark: str) -> list[dict[str, Any]]:
    """{name, position_eV, fwhm_eV, area, line_shape} from the lines above the titles, as they are printed."""
    said = {cells[0].lower(): cells[1:] for line in lines if (cells := _cells(line, mark))}
    found = []
    for place, name in enumerate(said.get("name", [])):
        if not name:
            continue
        entry: dict[str, Any] = {"name": name}
        for theirs, ours in _FIGURES.items():
            cell = said.get(theirs, [])[place] if place < len(said.get(theirs, [])) else ""
            entry[ours] = cell if ours == "line_shape" else to_number(cell)
        found.append({key: value for key, value in entry.items() if value not in (None, "")})
    return found


def _rows(
    lines: list[str], mark: str, titles: list[str], name: str, ended: bool
) -> tuple[list[list[float | None]], list[str]]:
    """The rows down to the first line that is none, and what is left: the head of the next block."""
    rows: list[list[float | None]] = []
    for place, line in enumerate(lines):
        cells = _cells(line, mark)
        row = [to_number(cell) for cell in cells]
        if not row or row[0] is None:
            return rows, lines[place:]
        if len(cells) < len(titles):
            last = place == len(lines) - 1 and not ended
            raise UnreadableFile(
                "truncated" if last else "damaged",
                f"{name}: row {place + 1:,} of a block has {len(cells)} of {len(titles)} columns.", AGAIN,
            )  # fmt: skip
        rows.append(row)
    return rows, []


def _spectrum(
    head: list[str], mark: str, titles: list[str], rows: list[list[float | None]], name: str
) -> tuple[Spectrum, str]:
    settings = next((found for line in head if (found := _SETTINGS.search(line))), None)
    excitation = to_number(settings[1]) if settings else None
    seconds = to_number(settings[2]) if settings and settings[2] else None
    first = next((line.strip() for line in head if line.strip()), "")
    parts = first.split(":")
    binding, rate = _place(titles, "B.E."), _place(titles, "CPS")
    energy, column = (binding, rate) if binding is not None and rate is not None else (0, 1)
    values = np.array([[row[energy], row[column]] for row in rows], dtype=np.float64)
    if not np.isfinite(values).all():
        raise UnreadableFile(
            "damaged", f"{name}: block '{first[:40]}' has gaps in its energies or counts.", AGAIN
        )
    spectrum = Spectrum(
        parts[-1].strip(), values[:, 0], values[:, 1], kinetic=energy == 0, rate=column != 1,
        excitation_eV=excitation, dwell_s=seconds, scans=1 if seconds else None,
        said={"block_label": first, "sample": parts[-2].strip() if len(parts) > 1 else "",
              "components": _components(head, mark)},
    )  # fmt: skip
    return spectrum, str(spectrum.said["sample"])


def _place(titles: list[str], title: str) -> int | None:
    return titles.index(title) if title in titles else None


def read(path: Path) -> list[Recording]:
    """One recording of all blocks. Raises UnreadableFile."""
    text = read_text(path)
    if not _TITLES.search(text):
        raise UnreadableFile(
            "not_this_format", f"{path.name} has no columns K.E. and Counts as CasaXPS writes them.", AGAIN
        )
    left = text.rstrip("\n").split("\n")
    spectra, samples = [], []
    while left:
        place = next((at for at, line in enumerate(left) if _TITLES.match(line)), None)
        if place is None:
            break
        match = _TITLES.match(left[place])
        mark = match[1] if match else "\t"
        head, titles = left[:place], _cells(left[place].rstrip("\t,; "), mark)
        rows, left = _rows(left[place + 1 :], mark, titles, path.name, text.endswith("\n"))
        spectrum, sample = _spectrum(head, mark, titles, rows, path.name) if rows else (None, "")
        if spectrum is None:
            raise UnreadableFile("truncated", f"{path.name}: a block has titles and no rows.", AGAIN)
        spectra.append(spectrum)
        samples.append(sample)
    if any(line.strip() for line in left):
        raise UnreadableFile(
            "truncated", f"{path.name} ends in the head of block {len(spectra) + 1}: '{left[0][:40]}'.", AGAIN
        )
    whole = recording(path.name, spectra, {"software": "CasaXPS"}, samples)
    flag_open_end(whole, text)
    return [whole]


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = unify(decode(head))
    return 3 if _TITLES.search(text) and "Characteristic Energy" in text else 0


READER = Reader(
    name="casaxps_txt",
    version="1.0",
    label="CasaXPS table export (txt)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".txt",),
)
