"""From labels to PDF (or a picture of the first page): typst, as for reports. Same input, same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from labsys.labels.content import Label
from labsys.labels.matrices import QUIET, Kind, Matrix, matrix
from labsys.labels.sizes import Size
from labsys.reports.document import faces
from synthesis.errors import Refusal

TEMPLATES = Path(__file__).resolve().parent / "templates"
PICTOGRAMS = Path(settings.BASE_DIR) / "static" / "icons" / "ghs.svg"
SMALLEST_MODULE = 0.25  # mm: two dots of a 203 dpi label printer, three at 300 dpi
EDGE = 0.6  # mm of the label that a matrix leaves free, beside its quiet zone
LARGEST_MATRIX = 26.0  # mm
WIDEST_SHARE = 0.45  # of the label's width
CAP_SHARE = 0.58  # of a round label's diameter
MOST_LABELS = 2_000
_MADE = datetime(
    2000, 1, 1, tzinfo=UTC
)  # labels say in print when a sample was made; the file's own date says nothing


@dataclass(frozen=True)
class Printing:
    """``start`` is the first free label of a used sheet, counted from 1; ``base`` is the house's address."""

    size: Size
    kind: Kind
    base: str
    copies: int = 1
    start: int = 1
    cut_marks: bool = False


def pdf(labels: Sequence[Label], printing: Printing) -> bytes:
    slots = _slots(labels, printing)
    made: bytes = _compile(slots, printing, "pdf", outlines=printing.cut_marks)
    return made


def picture(labels: Sequence[Label], printing: Printing) -> bytes:
    """The first page as SVG, with the edges of its labels."""
    slots = [slot for slot in _slots(labels, printing) if slot["page"] == 0]
    made: bytes = _compile(slots, printing, "svg", outlines=True)
    return made


def check(labels: Sequence[Label], printing: Printing) -> None:
    """Raises Refusal where these labels cannot be printed so."""
    _slots(labels, printing)


def count(labels: Sequence[Label], printing: Printing) -> tuple[int, int]:
    """How many labels on how many pages."""
    printed = len(labels) * printing.copies
    return printed, -(-(printed + _first(printing)) // printing.size.per_page)


def _first(printing: Printing) -> int:
    return (printing.start - 1) % printing.size.per_page if printing.size.is_sheet else 0


def _slots(labels: Sequence[Label], printing: Printing) -> list[dict[str, Any]]:
    """Every label to print, each with its page, its corner and its matrix."""
    size = printing.size
    printed = len(labels) * printing.copies
    if printed > MOST_LABELS:
        raise Refusal(
            _("%(count)s labels are more than the %(most)s that one printing holds. Print them in parts.")
            % {"count": printed, "most": MOST_LABELS},
            field="copies",
        )
    drawn = [(_entry(label), _matrix(label, printing)) for label in labels]
    repeated = [pair for pair in drawn for _copy in range(printing.copies)]
    slots = []
    for place, (entry, made) in enumerate(repeated, start=_first(printing)):
        page, slot = divmod(place, size.per_page)
        x, y = size.corner(slot)
        drawing = {"matrix": made.svg, "quiet": QUIET[printing.kind] / made.modules}
        slots.append({"page": page, "x": x, "y": y, "label": entry, **drawing})
    return slots


def _entry(label: Label) -> dict[str, Any]:
    return asdict(label) | {"pictograms": [pictogram(name) for name in label.hazards]}


def _matrix(label: Label, printing: Printing) -> Matrix:
    """The label's matrix. Raises Refusal where its modules would be too small to be read."""
    text = f"{printing.base}/s/{label.code}" if printing.kind == Kind.QR else label.code
    made = matrix(printing.kind, text)
    module = side_of(printing.size) / made.modules
    if module < SMALLEST_MODULE:
        raise Refusal(
            _(
                "A %(kind)s of %(code)s has %(modules)s modules a side; on %(size)s each would be %(module)s mm wide, "
                "too small for scanners (%(least)s mm). Choose a larger label or a Data Matrix."
            )
            % {
                "kind": "QR code" if printing.kind == Kind.QR else "Data Matrix",
                "code": label.code,
                "modules": made.modules,
                "size": f"{printing.size.width:g} × {printing.size.height:g} mm",
                "module": f"{module:.2f}",
                "least": f"{SMALLEST_MODULE:g}",
            },
            field="kind",
        )
    return made


def side_of(size: Size) -> float:
    """The side of the matrix with its quiet zone, in mm."""
    if size.round:
        return size.width * CAP_SHARE
    return min(size.height - 2 * EDGE, size.width * WIDEST_SHARE, LARGEST_MATRIX)


@lru_cache
def pictogram(name: str) -> str:
    """The drawing of a GHS pictogram, or "" where there is none: then its name is printed."""
    found = re.search(
        rf'<symbol id="{re.escape(name)}" (viewBox="[^"]*")>(.*?)</symbol>', PICTOGRAMS.read_text(), re.S
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" {found[1]}>{found[2]}</svg>' if found else ""


def _compile(
    slots: Sequence[dict[str, Any]], printing: Printing, form: Literal["pdf", "svg"], *, outlines: bool
) -> Any:
    size = printing.size
    data = {
        "slots": slots,
        "pages": max((slot["page"] for slot in slots), default=0) + 1,
        "page": size.page,
        "width": size.width,
        "height": size.height,
        "round": size.round,
        "side": side_of(size),
        "edge": EDGE,
        "outlines": outlines,
    }
    return typst.compile(
        TEMPLATES / "labels.typ",
        root=TEMPLATES,
        font_paths=faces(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format=form,
        timestamp=_MADE,
    )
