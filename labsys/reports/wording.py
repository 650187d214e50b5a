"""Words of the report: dates, people, headings, and text made safe for faces that do not hold every character."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from characterization.charts import paper

FONTS = Path(settings.BASE_DIR) / "static" / "fonts" / "print"
MISSING = "□"
LONGEST_WORD = 24
LONGEST_RUN, SYLLABLE = 16, 6
_WORD = re.compile(rf"\S{{{LONGEST_WORD},}}")
_JOINT = re.compile(r"(?<=[_\-./])")
_PIECE = re.compile(rf"\S{{{SYLLABLE}}}(?=\S)")
_ZERO_WIDTH = "\u200b"


def day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y")


def minute(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i")


def person(user: User | None) -> str:
    """A person as they write themselves: a Chinese name has no space."""
    if user is None:
        return "–"
    first, last = user.first_name, user.last_name
    if first and last and not (first + last).isascii() and "\u2e80" < last[0] < "\U0001ffff":
        return f"{last}{first}"
    return user.get_full_name() or user.get_username()


def capital(text: str) -> str:
    """With a capital letter first, unless that would change a name: "Soak time", but "pH" and "β-cyclodextrin"."""
    return text[:1].upper() + text[1:] if text[1:2].islower() else text


@cache
def known_characters() -> frozenset[int]:
    """The characters that the faces for paper hold."""
    return paper.characters(FONTS)


def printable(text: str) -> str:
    """The text with blanks for control characters and □ for what no face holds, and places to break in long words."""
    known = known_characters()
    kept = "".join(
        letter if ord(letter) in known else " " if letter in "\t\r" else letter if letter == "\n" else MISSING
        for letter in text
    )
    return _WORD.sub(lambda match: _breakable(match[0]), kept)


def _breakable(word: str) -> str:
    """With places to break at its joints, and anywhere in what has none."""
    runs = _JOINT.split(word)
    return _ZERO_WIDTH.join(
        _PIECE.sub(lambda match: match[0] + _ZERO_WIDTH, run) if len(run) > LONGEST_RUN else run
        for run in runs
    )


def headings() -> dict[str, str]:
    """Everything on the page that is neither a number nor somebody's text."""
    return {
        "report": _("Batch report · data as of"),
        "chain": _("Chain"),
        "steps": _("Steps, planned and actual"),
        "findings": _("Findings"),
        "ledger": _("Ledger"),
        "cells": _("Cells"),
        "files": _("Files and methods"),
        "signatures": _("Signatures"),
        "simulated": _("simulated"),
        "not_signed": _("not signed"),
        "meaning": _("Signed as"),
        "step": _("Step"),
        "quantity": _("Quantity"),
        "planned": _("Planned"),
        "actual": _("Actual"),
        "deviation": _("Deviation"),
        "remark": _("Remark"),
        "notes": _("Notes"),
        "sample": _("Sample"),
        "value": _("Value"),
        "convention": _("Convention"),
        "method": _("From"),
        "when": _("When"),
        "what": _("What"),
        "amount": _("Amount"),
        "left": _("Left"),
        "by": _("By"),
        "reason": _("As typed, reason"),
        "taken": _("Taken to make it"),
        "own_ledger": _("Made, used and left"),
        "cell": _("Cell"),
        "additive": _("Additive"),
        "n": _("n"),
        "discharge": _("First discharge"),
        "efficiency": _("First CE (%)"),
        "cycles": _("Cycles"),
        "file": _("File"),
        "sha256": _("sha256"),
        "reader": _("Read by"),
        "methods": _("Analysed by"),
        "no_steps": _("No step is logged for this sample: it was bought, or made outside this record."),
        "no_findings": _("Nothing has been measured on this sample or on what it is made of."),
        "no_taken": _("Nothing was taken from other samples to make it."),
        "no_ledger": _("Nothing has been booked."),
        "no_cells": _("No cell has been built of this sample."),
        "no_files": _("No file belongs to this sample, to what it is made of, or to the cells above."),
        "figure": _("Figure"),
        "made_by": _("Made by"),
        "checked_by": _("Checked by"),
        "released_by": _("Released by"),
        "date": _("Date"),
        "record": _("Record sha256"),
        "revision": _("revision"),
        "page": _("page"),
        "of": _("of"),
    }
