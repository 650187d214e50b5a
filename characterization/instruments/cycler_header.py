"""Statements above an exported table: ``key: value`` lines under this project's names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from characterization.instruments.base import Recording
from characterization.instruments.clock_text import one_moment

LONGEST = 300
_PAIR = re.compile(r"^[\s~#\"']*([^:,;\t=]{2,60}?)\s*[:=\t,;]+\s*(.*?)[\s,;\"']*$")
ENDED_EARLY_S = 600.0


def pairs(header: Sequence[str], keys: Mapping[str, str]) -> dict[str, str]:
    """What the lines say under the names that ``keys`` gives (theirs in lower case to ours); the first of each."""
    said: dict[str, str] = {}
    for line in header:
        found = _PAIR.match(line[:2000])
        ours = keys.get(found[1].strip().lower()) if found else None
        if found and ours and found[2] and ours not in said:
            said[ours] = "".join(letter for letter in found[2] if letter.isprintable()).strip()[:LONGEST]
    return said


def describe(recording: Recording, said: Mapping[str, str], hints: Sequence[str]) -> None:
    """Puts the statements into the recording: meta, and as title and hints those of the names in ``hints``."""
    recording.meta |= said
    found = tuple(dict.fromkeys(said[name] for name in hints if said.get(name)))
    recording.sample_hints, recording.title = found, found[0] if found else ""


def flag_end(recording: Recording, said: Mapping[str, str], order: str) -> None:
    """Says where the header names an end of the test that lies well behind the last record: part of it is missing."""
    stated = one_moment(said.get("end_stated", ""), order)
    started = recording.started_at
    if stated is None or started is None or stated.year < 1990:
        return
    clock = "clock_s" if "clock_s" in recording.table.columns else "time_s"
    last = recording.table[clock].max()
    missing = (stated - started.replace(tzinfo=None)).total_seconds() - float(last or 0.0)  # type: ignore[arg-type]
    if missing > ENDED_EARLY_S:
        recording.flag(
            "ends_early",
            f"The header says that the test ended {_at(stated)}; the last record is {missing / 3600:,.1f} h earlier: "
            "the file holds only a part of the test.",
        )


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
