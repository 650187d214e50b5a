"""BioLogic EC-Lab and BT-Lab, ``.mpr``: the binary file of one technique on one channel of a potentiostat or
cycler.

Modules back to back (settings, data, log, loop), each with its length. The data are packed little-endian records:
flags, time in s, potential in V, current in mA, charge in mAh, energy in Wh, impedance in Ω, by columns that the
file lists by number. Time counts from the start of the acquisition and goes on through linked techniques, so a
technique's first time may be hours. The start stands in the log, in the local time of the laboratory's computer.

Oddities: galvanostatic cycling (GCPL) keeps charge and no current; cycle numbers of cycling are computed on
export and are not in the file; minus the imaginary part of the impedance is kept; rows at 0 Hz inside an
impedance file are the direct current before a sweep; the log is missing while a test runs. There is no checksum:
what fits together is believed.
"""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.biologic_data import Table, read_table
from characterization.instruments.biologic_export import Export
from characterization.instruments.biologic_modules import MAGIC, modules
from characterization.instruments.biologic_recordings import recordings
from characterization.instruments.biologic_settings import (
    analog_titles,
    cell_settings,
    log_settings,
    loop_starts,
    started_at,
)

_MOST_BYTES = 1024**3


def read(path: Path) -> list[Recording]:
    """Raises UnreadableFile for an empty, cut, damaged or unknown file."""
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile(
            "too_large", f"{path.name} is larger than 1,024 MiB.", "Export parts of it as text."
        )
    raw = path.read_bytes()
    found = modules(raw, path.name)
    log = found.get("VMP LOG")
    meta = cell_settings(raw, found.get("VMP Set")) | log_settings(raw, log)
    data = read_table(raw, found["VMP data"], path.name)
    named = analog_titles(raw, found.get("VMP ExtDev"))
    export = Export(
        path.name,
        data.table,
        [named.get(title, title) for title in data.titles],
        technique=str(meta.get("technique", "")),
        meta=meta,
        started_at=started_at(raw, log),
        loops=loop_starts(raw, found.get("VMP loop"), data.table.height),
        hints=[str(meta.get(key, "")) for key in ("comments", "electrode_material", "original_name")],
    )
    _flag(export, data, found["VMP data"].date, logged=log is not None)
    return recordings(export)


def _flag(export: Export, data: Table, date: str, *, logged: bool) -> None:
    if not logged:
        export.flag(
            "log_missing",
            "The file has no log: the test was not finished when it was copied, or it was cut there. "
            f"Its time of start is not known, its day is written as {date or 'nothing'}.",
        )
    if data.unknown:
        numbers = ", ".join(map(str, data.unknown))
        export.flag("columns_unknown", f"Columns of unknown meaning are kept under their numbers: {numbers}.")
    if data.left_out:
        numbers = ", ".join(map(str, data.left_out))
        export.flag(
            "columns_left_out",
            f"Columns are left out, because their place in the record cannot be told: {numbers}.",
        )


def sniff(head: bytes, name: str) -> int:
    return 3 if head.startswith(MAGIC) else 0


READER = Reader(
    name="biologic_mpr",
    version="1.0",
    label="BioLogic EC-Lab, BT-Lab (mpr)",
    techniques=(Technique.CYCLING, Technique.EIS, Technique.CV),
    sniff=sniff,
    read=read,
    extensions=(".mpr",),
)
