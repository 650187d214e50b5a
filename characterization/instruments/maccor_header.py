"""What the lines above a Maccor table say: name, procedure, channel, comment, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PureWindowsPath

_KEYS = {
    "today's date": "exported_stated", "today''s date": "exported_stated", "date of test": "start_stated",
    "started": "start_stated", "filename": "file_name", "file name": "file_name", "tester channel": "channel",
    "channel": "channel", "tester": "device", "procedure": "procedure", "description": "description",
    "name": "name", "comment/barcode": "barcode", "barcode": "barcode", "comment": "comment", "scap": "scap",
    "c rate": "c_rate",
}  # fmt: skip
_KEY = re.compile(
    "(?:^|(?<=[\\t,;])|(?<=  )|(?<=\\s))\\s*("
    + "|".join(sorted(map(re.escape, _KEYS), key=len, reverse=True))
    + ")"
    "\\s*(?::|\\t|,|;|(?=\\s*\\d))",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,4}[/.-](?:\d{1,2}|[A-Za-z]{3})[/.-]\d{2,4}\b")
_LONGEST = 300


def describe(header: Sequence[str]) -> dict[str, str]:
    """The header's statements under this project's names. Of a path only its last part: the rest names people."""
    said: dict[str, str] = {}
    for line in header:
        found = list(_KEY.finditer(line))
        for place, key in enumerate(found):
            end = found[place + 1].start() if place + 1 < len(found) else len(line)
            value = _clean(line[key.end() : end])
            ours = _KEYS[key[1].lower()]
            if value and ours not in said:
                said[ours] = PureWindowsPath(value).name if ours == "file_name" else value
    return said


def _clean(value: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in value)
    return printable.strip(" :,;\t")[:_LONGEST]


def said_dates(header: Sequence[str]) -> list[str]:
    """The dates of the header that are written in numbers, as they stand: one above 12 tells the order of all."""
    return [date for line in header for date in _DATE.findall(line)]
