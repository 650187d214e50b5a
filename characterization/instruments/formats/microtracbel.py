"""Files of MicrotracBEL instruments (BELSORP): ``.DAT`` of the instrument, ``.csv`` and ``.xls`` of its evaluation
program.

All say ``label, value, [unit]`` and then one or two tables below a line that begins with ``No``: ``Pe/kPa``,
``P0/kPa``, ``V/ml(STP) g-1``, or ``pi/kPa``, ``pe/kPa``, ``pe2/kPa``, ``p0/kPa``, ``p/p0``, ``Va/cm3(STP) g-1``. The
quantity stands before the slash, its unit behind it; ``pe`` is the equilibrium pressure. A ``.DAT`` (tabs, quoted
labels, sections between lines of ``=``) has a table per branch, each ended by a row of zeros; the others have one,
parted by lines ``ADS`` and ``DES``, and say how many points each branch has. Texts are in Shift-JIS, labels English
or Japanese. Amounts are per gram. The date is year/month/day; ``Time of measurement`` is a duration. The sheet
``BET`` of a workbook holds what the program found.
"""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from characterization.instruments.base import (
    Reader,
    Recording,
    Technique,
    UnreadableFile,
    ending,
    wide_encoding,
)
from characterization.instruments.old_workbook import Grid, grids, is_old_workbook
from characterization.instruments.sorption_isotherm import (
    ADSORPTION,
    AGAIN,
    DESORPTION,
    Points,
    isotherm,
    whole_text,
)
from characterization.instruments.sorption_units import (
    STP_CM3_PER_MMOL,
    amount_of,
    gas_of,
    mass_in,
    number_in,
    number_of,
    pressure_factor,
    temperature_in,
)
from characterization.instruments.textual import MOST_TEXT_BYTES, looks_binary, unify
from characterization.instruments.workbook import looks_like_workbook

_JAPANESE = re.compile("吸着|測定|サンプル|コメント|データ|脱着|試料")
_OWN = re.compile(
    r'^"?(Adsorptive:|Sample weight/g:|Meas\. Temp|Adsorptive,|Adsorption temperature,)'
    r"|^Saturated vapor pressure,|^吸着質|^吸着温度"
    r"|^\s*System property Ver|^No,\s*pi/",
    re.MULTILINE,
)
_LABELS = {
    "gas": ("adsorptive", "吸着質名称", "吸着質", "adsorptive name"),
    "temperature": ("adsorption temperature", "meas. temp./k", "meas. temp", "吸着温度"),
    "mass": ("sample weight/g", "sample weight", "サンプル質量", "試料質量"),
    "saturation": ("saturated vapor pressure", "飽和蒸気圧"),
    "date": ("date of measurement", "測定日"),
    "sample": ("comment1", "コメント1"),
    "operator": ("comment2", "コメント2"),
    "comment": ("comment3", "コメント3"),
    "comment_4": ("comment4", "コメント4"),
    "original_file": ("file name", "ファイル名"),
    "serial": ("serial number", "instrument s/n", "シリアルナンバー"),
    "cross": (
        "adsorption cross section area",
        "adsorptive cross section area",
        "molecular cross-sectional area",
    ),
    "adsorbed": ("number of adsorption data", "number of adsorption data point", "吸着データ数"),
    "desorbed": ("number of desorption data", "number of desorption data point", "脱着データ数"),
}


def read(path: Path) -> list[Recording]:
    with path.open("rb") as file:
        head = file.read(8)
    if is_old_workbook(head) or head.startswith(b"PK"):
        sheets = grids(path)
        grid = next((one for one in sheets.values() if _titles(one)), None)
        if grid is None or "gas" not in _said(grid):
            raise UnreadableFile("not_this_format", f"{path.name} has no sheet of a BELSORP isotherm.", AGAIN)
        return [
            _recording(
                path.name, grid, next((one for name, one in sheets.items() if name.strip() == "BET"), None)
            )
        ]
    grid = _grid(path)
    if not _titles(grid) or "gas" not in _said(grid):
        raise UnreadableFile("not_this_format", f"{path.name} has no isotherm of a BELSORP.", AGAIN)
    return [_recording(path.name, grid, None)]


def _grid(path: Path) -> Grid:
    if path.stat().st_size > MOST_TEXT_BYTES // 16:
        raise UnreadableFile("too_large", f"{path.name} is larger than 64 MiB.", "Export it again.")
    raw = path.read_bytes()
    if looks_binary(raw[:65536]):
        raise UnreadableFile("not_this_format", f"{path.name} is not text.", AGAIN)
    text = whole_text(unify(text_of(raw)), path.name)
    titles = re.search(r'^"?No\.?"?\s*([\t;,])', text, re.MULTILINE)  # commas may be decimal marks
    mark = titles[1] if titles else max("\t;,", key=text.count)
    lines = [line for line in text.split("\n") if len(line) < 10_000]
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]


def text_of(raw: bytes) -> str:
    """By its mark, then UTF-8, then Shift-JIS where that gives words of these files, then the code page of the West."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if encoding := wide_encoding(raw):
        return raw.decode(encoding, errors="replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        japanese = raw.decode("cp932", errors="replace")
        return japanese if _JAPANESE.search(japanese) else raw.decode("cp1252", errors="replace")


def _plain(label: Any) -> str:
    wide = str(label).translate(str.maketrans("１２３４５６７８９０：／", "1234567890:/"))
    return re.sub(r"\s+", " ", wide.strip().rstrip(" :")).lower()


def _said(grid: Grid) -> dict[str, tuple[Any, str]]:
    """Value and unit behind each known label; a second block of labels may stand to the right."""
    known = {label: key for key, labels in _LABELS.items() for label in labels}
    found: dict[str, tuple[Any, str]] = {}
    for row in grid:
        for at, cell in enumerate(row):
            key = known.get(_plain(cell)) if isinstance(cell, str) else None
            if key is None or key in found:
                continue
            behind = [one for one in row[at + 1 : at + 4] if one not in ("", None)]
            if behind:
                unit = (
                    str(behind[1]).strip("[] ") if len(behind) > 1 and str(behind[1]).startswith("[") else ""
                )
                found[key] = behind[0], unit or str(cell).rpartition("/")[2].strip(' :"')
    return found


def _titles(grid: Grid) -> list[int]:
    return [at for at, row in enumerate(grid) if row and _plain(row[0]) in ("no", "no.") and len(row) > 3]


def _recording(name: str, grid: Grid, bet: Grid | None) -> Recording:
    said = _said(grid)
    meta = _meta(said)
    points, unit = _points(name, grid)
    _check_counts(name, points, said)
    meta["printed"] = _printed(bet, points) if bet else {}
    cross = number_in(said.get("cross", ("", ""))[0])
    if cross:
        meta["printed"]["cross_section_nm2"] = cross
    factor = amount_of(unit, meta["gas"] or "")
    if factor is None:
        raise UnreadableFile("unsupported", f"{name}: amounts in ‘{unit[:40]}’ are not known.", AGAIN)
    recording = isotherm(name, points, meta, factor, meta["sample"])
    recording.started_at = _day(said.get("date", ("", ""))[0])
    if DESORPTION not in points.branch and "desorbed" not in said:
        recording.flag(
            "no_desorption", "The file ends after the adsorption: it has no table of a desorption."
        )
    return recording


def _meta(said: dict[str, tuple[Any, str]]) -> dict[str, Any]:
    texts: dict[str, Any] = {
        key: str(said[key][0]).strip()
        for key in ("sample", "operator", "comment", "comment_4", "original_file", "serial")
        if key in said
    }
    temperature, mass = said.get("temperature"), said.get("mass")
    saturation = said.get("saturation")
    factor = pressure_factor(saturation[1]) if saturation else None
    value = number_in(saturation[0]) if saturation else None
    kelvin = temperature_in(temperature[0], temperature[1]) if temperature else None
    return {
        **{"sample": "", **texts},
        "instrument": "BELSORP",
        "gas": gas_of(str(said["gas"][0])),
        "temperature_K": kelvin if kelvin and kelvin > 0 else None,
        "sample_mass_g": mass_in(mass[0], mass[1]) if mass else None,
        "saturation_pressure_kPa": value * factor if factor and value else None,
    }


def _day(cell: Any) -> datetime | None:
    """Year/month/day, the year with two digits or four."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    found = re.match(r"\s*(\d{2}|\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", str(cell))
    if not found:
        return None
    year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    try:
        return datetime(year, int(found[2]), int(found[3]))
    except ValueError:
        return None


def _columns(row: list[Any], name: str) -> tuple[dict[str, int], float, str]:
    """Where the columns stand, what turns their pressures into kPa, and the unit of the amounts."""
    found: dict[str, int] = {}
    unit, factor = "", None
    for place, cell in enumerate(row):
        title = re.sub(r"\s", "", str(cell)).lower()
        quantity, _, own = str(cell).strip().partition("/")
        if title.startswith(("p/p0", "p/po")):
            found["relative"] = place
        elif title.startswith(("pe/", "p/")):
            found["pressure"], factor = place, pressure_factor(own)
        elif title.startswith(("p0/", "po/")):
            found["saturation"] = place
        elif quantity.strip().lower() in ("v", "va", "n", "na"):
            found["amount"], unit = place, own.strip()
    if (
        "amount" not in found
        or ("pressure" in found and factor is None)
        or not {"pressure", "relative"} & set(found)
    ):
        titles = ", ".join(str(cell) for cell in row)[:200]
        raise UnreadableFile("unsupported", f"{name} has columns that are not known: {titles}.", AGAIN)
    return found, factor or 1.0, unit


def _points(name: str, grid: Grid) -> tuple[Points, str]:
    points, unit = Points(), ""
    titles = _titles(grid)
    own = any(row and str(row[0]).strip().startswith("System property") for row in grid[:5])
    if len(titles) > len((ADSORPTION, DESORPTION)):
        raise UnreadableFile("damaged", f"{name} has {len(titles)} tables, a branch has one.", AGAIN)
    for which, start in enumerate(titles):
        columns, factor, unit = _columns(grid[start], name)
        branch = ADSORPTION if which == 0 else DESORPTION
        end = titles[which + 1] if which + 1 < len(titles) else len(grid)
        ended = _add(name, points, grid[start + 1 : end], columns, factor, branch)
        if own and not ended:
            raise UnreadableFile(
                "truncated", f"{name}: its table {which + 1} ends without its last row of zeros.", AGAIN
            )
    loose = sum(_is_point(row) for row in grid) - len(points.amount) if own else 0
    if loose > 0:
        raise UnreadableFile("damaged", f"{name} has {loose} points under no line of titles.", AGAIN)
    return points, unit


def _is_point(row: list[Any]) -> bool:
    values = [number_of(cell) for cell in row]
    return len(values) > 3 and None not in values and any(values)


def _add(name: str, points: Points, rows: Grid, columns: dict[str, int], factor: float, branch: str) -> bool:
    """Takes the rows of a table; whether the row of zeros that ends one was found."""
    count = 0
    for row in rows:
        first = _plain(row[0]) if row else ""
        if first.startswith(("ads", "des", "吸着", "脱着")):
            branch, count = DESORPTION if first.startswith(("des", "脱着")) else ADSORPTION, 0
            continue
        value = {key: number_of(row[place]) if place < len(row) else None for key, place in columns.items()}
        number = number_of(row[0] if row else None)
        if number is None and value["amount"] is None:
            continue
        if not number and not any(value.values()):
            return True
        count += 1
        relative, pressure, saturation = (value.get(key) for key in ("relative", "pressure", "saturation"))
        if value["amount"] is None or (relative is None and pressure is None) or number != count:
            raise UnreadableFile("damaged", f"{name}: point {count} of its {branch} is not whole.", AGAIN)
        points.add(
            value["amount"],
            None if pressure is None else pressure * factor,
            relative,
            saturation * factor if saturation else None,
            branch,
        )
    return False


def _check_counts(name: str, points: Points, said: dict[str, tuple[Any, str]]) -> None:
    """Holds the branches against the numbers of points that the file states."""
    for key, branch in (("adsorbed", ADSORPTION), ("desorbed", DESORPTION)):
        stated = number_in(said[key][0]) if key in said else None
        count = points.branch.count(branch)
        if stated is not None and count != stated:
            raise UnreadableFile(
                "truncated", f"{name} has {count} of {stated:.0f} points of {branch}.", AGAIN
            )


def _printed(grid: Grid, points: Points) -> dict[str, Any]:
    """What the program found, from its sheet ``BET``."""
    said: dict[str, float] = {}
    for row in grid:
        if row and isinstance(row[0], str):
            value = next((float(one) for one in row[1:6] if isinstance(one, int | float)), None)
            if value is not None:
                said.setdefault(_plain(row[0]), value)
    found = {
        "bet_area_m2_per_g": said.get("as,bet"),
        "bet_c": said.get("c"),
        "bet_monolayer_mmol_per_g": said["vm"] / STP_CM3_PER_MMOL if "vm" in said else None,
        "bet_correlation": said.get("correlation coefficient"),
        "mean_pore_width_nm": said.get("mean pore diameter"),
    }
    for label, value in said.items():
        if (at := re.match(r"total pore volume\(p/p0=([\d.]+)\)", label)) is not None:
            found |= {"total_pore_volume_cm3_per_g": value, "total_pore_volume_at": float(at[1])}
    first, last = int(said.get("starting point", 0)), int(said.get("end point", 0))
    relative = [
        value
        for value, branch in zip(points.relative_pressure, points.branch, strict=True)
        if branch == ADSORPTION
    ]
    if 0 < first < last <= len(relative):
        found |= {
            "bet_points": last - first + 1,
            "bet_from": relative[first - 1],
            "bet_to": relative[last - 1],
        }
    return {key: value for key, value in found.items() if value}


def sniff(head: bytes, name: str) -> int:
    if is_old_workbook(head) or looks_like_workbook(head):
        return 1 if ending(name, ".xls", ".xlsx") else 0
    if looks_binary(head):
        return 0
    found = {match[0] for match in _OWN.finditer(unify(text_of(head)))}
    return 3 if len(found) > 1 else 0


READER = Reader(
    name="microtracbel",
    version="1.0",
    label="MicrotracBEL isotherm (DAT, csv, xls)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".dat", ".csv", ".xls"),
)
