"""BioLogic EC-Lab and BT-Lab text exports, ``.mpt`` and ``.txt``: one technique of one channel as a table.

``EC-Lab ASCII FILE``, then how many header lines there are, the header (technique, instrument, start, cell,
settings), the column titles and tab-parted rows. Titles hold their unit: time/s, Ewe/V, I/mA, (Q-Qo)/mA.h, Energy
charge/W.h, freq/Hz, -Im(Z)/Ohm. Time counts from the start of the acquisition and goes on through linked
techniques. The start is local time, month first, also where a computer parts it by points (``05.20.2022``).

Oddities: Windows-1252 or UTF-8, CRLF or LF; a decimal comma where the computer had one, in header and rows alike;
a trailing tab behind the titles only, and titles behind it that have no values; exports with three header lines
or none; times as dates where that was asked for; which columns there are was chosen on export. The file does not
say how many rows it has, unless it has loops.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.biologic_columns import tidy
from characterization.instruments.biologic_export import Export
from characterization.instruments.biologic_head import (
    absolute_form,
    day_is_doubtful,
    loops,
    meta_of,
    scan_rate,
    settings,
    started_at,
)
from characterization.instruments.biologic_recordings import recordings
from characterization.instruments.biologic_rows import AGAIN, Rows
from characterization.instruments.biologic_text import Text, looks_like_export, read_text_export
from characterization.instruments.textual import MOST_TEXT_BYTES, looks_binary

_CLOCK = " %H:%M:%S%.f"


def read(path: Path) -> list[Recording]:
    """Raises UnreadableFile for an empty, cut, damaged or unknown file, and for a log or settings file of EC-Lab."""
    if path.stat().st_size > MOST_TEXT_BYTES:
        raise UnreadableFile("too_large", f"{path.name} is larger than 1,024 MiB.", "Export parts of it.")
    text = read_text_export(path.read_bytes(), path.name)
    meta, entered = meta_of(text.header), settings(text.header)
    if entered:
        meta["settings"] = entered
    if (rate := scan_rate(entered)) is not None:
        meta["scan_rate_mV_per_s"] = rate
    starts, declared = loops(text.header)
    _check_length(text.rows, declared, path.name)
    export = Export(
        path.name,
        text.rows.table,
        [tidy(title) for title in text.rows.titles],
        technique=str(meta.get("technique", "")),
        meta=meta,
        started_at=started_at(text.header),
        loops=starts,
        hints=[str(meta.get(key, "")) for key in ("comments", "electrode_material", "original_name")],
    )
    _elapsed(export, text)
    _flag(export, text, declared)
    return recordings(export)


def _check_length(rows: Rows, declared: int | None, name: str) -> None:
    if declared is not None and rows.table.height < declared:
        raise UnreadableFile(
            "truncated",
            f"{name} is cut off: its loops end at row {declared:,}, {rows.table.height:,} arrived.",
            AGAIN,
        )


def _elapsed(export: Export, text: Text) -> None:
    """Times that were exported as dates become seconds since the start of the acquisition, else since the first
    row."""
    rows = text.rows
    if "time/s" not in rows.texts:
        return
    dates = rows.texts["time/s"].str.replace(r"^(\d+)[.-](\d+)[.-]", "${1}/${2}/")
    form = absolute_form(text.header) + _CLOCK
    moments = dates.str.to_datetime(form, time_unit="us", strict=False)
    if moments.null_count():
        return
    export.started_at = export.started_at or moments[0]
    seconds = (moments - pl.lit(export.started_at)).dt.total_microseconds() / 1e6
    column = export.table.columns[rows.titles.index("time/s")]
    export.table = export.table.with_columns(seconds.alias(column))
    rows.bad.pop("time/s")


def _flag(export: Export, text: Text, declared: int | None) -> None:
    for title, count in text.rows.bad.items():
        export.flag(
            "not_a_number", f"{count:,} of {text.rows.table.height:,} cells in column {title} are no numbers."
        )
    if text.found_elsewhere:
        export.flag(
            "header_differs",
            f"The column titles stand in line {text.rows.first_line - 1:,}, not where the header says.",
        )
    if text.header and export.started_at is None:
        export.flag("start_unknown", "The header does not say when the test began.")
    if day_is_doubtful(text.header):
        export.flag(
            "start_day_doubtful",
            "The start of the test could be read with its day or its month first; the month is taken to be first, "
            "as EC-Lab and BT-Lab write it.",
        )
    analog = [title for title in text.rows.titles if title.startswith("Analog IN")]
    if analog:
        export.flag(
            "aux_unit_doubtful",
            f"{' and '.join(analog)}: EC-Lab writes V here whatever the input was set to measure. "
            "The values are as written.",
        )
    if text.rows.open_end:
        export.flag("last_line_open", "The last line has no line break: its last number may be cut off.")
    if declared is None:
        export.flag(
            "length_not_stated",
            f"The file does not say how many rows it should hold; {text.rows.table.height:,} were read. "
            "Had it been cut between two rows, that would not show.",
        )


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    return 3 if looks_like_export(decode(head)) else 0


READER = Reader(
    name="biologic_mpt",
    version="1.1",
    label="BioLogic EC-Lab, BT-Lab text (mpt, txt)",
    techniques=(Technique.CYCLING, Technique.EIS, Technique.CV),
    sniff=sniff,
    read=read,
    extensions=(".mpt",),
)
