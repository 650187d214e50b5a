"""Reports of Micromeritics instruments (TriStar, ASAP, 3Flex, Gemini, MicroActive), as ``.xls``, ``.xlsx`` or text.

The workbook is one sheet with the printed pages side by side, parted by columns of ``|``; the text, UTF-16 with a
mark or plain, has them one below the other. Each page repeats the header: sample, mass, adsorptive, bath temperature,
start. ``Isotherm Tabular Report`` has relative pressure, at times absolute pressure, the amount (cm³/g STP, mmol/g,
wt%) and saturation pressure, each with its unit in its title; the first row may hold a saturation pressure only. The
branches follow each other: desorption begins after the highest pressure. Gemini files state no bath temperature.
Dates come as month/day with AM/PM or as day/month. What the report prints (BET, t-plot, pore volumes, points used)
goes to ``printed``.
"""

from __future__ import annotations

import re
from pathlib import Path

from characterization.instruments.base import (
    Reader,
    Recording,
    Technique,
    UnreadableFile,
    decode,
    ending,
)
from characterization.instruments.micromeritics_pages import (
    Section,
    sections_of_sheet,
    sections_of_text,
)
from characterization.instruments.micromeritics_report import recording
from characterization.instruments.old_workbook import grids, is_old_workbook
from characterization.instruments.sorption_isotherm import AGAIN, whole_text
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, unify
from characterization.instruments.workbook import looks_like_workbook

_OWN = re.compile(r"micromeritics|tristar|3flex|gemini vii|asap 20|microactive", re.IGNORECASE)


def read(path: Path) -> list[Recording]:
    with path.open("rb") as file:
        head = file.read(8)
    if is_old_workbook(head) or head.startswith(b"PK"):
        return [recording(path, _of_book(path))]
    text = read_text(path)
    if not _OWN.search(text[:4000]):
        raise UnreadableFile("not_this_format", f"{path.name} is no Micromeritics report.", "")
    sections = sections_of_text(whole_text(text, path.name))
    if not text.endswith("\n") and sections[-1].title.lower().startswith("isotherm"):
        raise UnreadableFile("truncated", f"{path.name} ends inside its isotherm.", AGAIN)
    found = recording(path, sections)
    flag_open_end(found, text)
    return [found]


def _of_book(path: Path) -> list[Section]:
    return [section for grid in grids(path).values() for section in sections_of_sheet(grid)]


def sniff(head: bytes, name: str) -> int:
    if is_old_workbook(head) or looks_like_workbook(head):
        return 1 if ending(name, ".xls", ".xlsx") else 0
    if looks_binary(head):
        return 0
    text = unify(decode(head))
    return 3 if _OWN.search(text) and re.search(r"^\s*Sample:|Started:", text, re.MULTILINE) else 0


READER = Reader(
    name="micromeritics",
    version="1.0",
    label="Micromeritics report (xls, xlsx, txt)",
    techniques=(Technique.SORPTION,),
    sniff=sniff,
    read=read,
    extensions=(".xls", ".txt"),
)
