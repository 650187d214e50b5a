"""From a gathered report to PDF: canonical JSON, its hash, and typst. The same input gives the same bytes.

Nothing that a person typed is ever read as markup: the template is fixed, the data come as one JSON text, and the
compiler sees no folder but the template's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from labsys.reports.content import Report
from labsys.reports.figures import Figure
from labsys.reports.wording import FONTS, headings, printable

TEMPLATES = Path(__file__).resolve().parent / "templates"
Paper = Literal["a4", "us-letter"]
_AS_THEY_ARE = ("sha256",)


def canonical(report: Report) -> str:
    """The report's data as JSON with sorted keys and no blanks: what the hash is taken of."""
    return json.dumps(asdict(report), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def record_hash(report: Report) -> str:
    return hashlib.sha256(canonical(report).encode()).hexdigest()


def pdf(report: Report, figures: Sequence[Figure], as_of: datetime, paper: Paper = "a4") -> bytes:
    """The report as PDF/A-2b, tagged. ``as_of`` is written as its date of creation."""
    data = {
        "report": _printable(asdict(report)),
        "figures": [
            {"section": one.section, "svg": one.svg, "caption": printable(one.caption)} for one in figures
        ],
        "words": headings(),
        "hash": record_hash(report),
        "paper": paper,
    }
    made: bytes = typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=faces(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="a-2b",
        timestamp=as_of.astimezone(UTC).replace(microsecond=0),
    )
    return made


@cache
def faces() -> typst.Fonts:
    """The faces for paper, read once; those of the system are not looked at."""
    return typst.Fonts(font_paths=[FONTS], include_system_fonts=False, include_embedded_fonts=False)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: item if key in _AS_THEY_ARE else _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
