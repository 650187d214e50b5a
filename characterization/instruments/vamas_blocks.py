"""The grammar of ISO 14976 (VAMAS): one item per line, told apart by position alone.

Item numbers are the standard's. ``1E+37`` means "not given" and becomes None. Which items a block has
depends on the experiment mode, the scan mode and the technique; the sets below say when.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from characterization.instruments.base import UnreadableFile
from characterization.instruments.vamas_cursor import AGAIN, Cursor

FORMAT_LINE = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"
LAST_LINE = "end of experiment"

MODES = ("MAP", "MAPDP", "MAPSV", "MAPSVDP", "NORM", "SDP", "SDPSV", "SEM", "NOEXP")
SCAN_MODES = ("REGULAR", "IRREGULAR", "MAPPING")
_WITH_REGIONS = ("MAP", "MAPDP", "NORM", "SDP")
_WITH_POSITIONS = ("MAP", "MAPDP")
_WITH_FIELD_OF_VIEW = ("MAP", "MAPDP", "MAPSV", "MAPSVDP", "SEM")
_WITH_LINESCAN = ("MAPSV", "MAPSVDP", "SEM")
_WITH_DEPTH = ("MAPDP", "MAPSVDP", "SDP", "SDPSV")
_ION_TECHNIQUES = (
    "FABMS",
    "FABMS energy spec",
    "ISS",
    "SIMS",
    "SIMS energy spec",
    "SNMS",
    "SNMS energy spec",
)
_SPUTTERED_TECHNIQUES = ("AES diff", "AES dir", "EDX", "ELS", "UPS", "XPS", "XRF")


@dataclass
class Experiment:
    """The header: what holds for all blocks."""

    institution: str
    instrument: str
    operator: str
    experiment: str
    comments: list[str]
    mode: str
    scan_mode: str
    variables: list[tuple[str, str]] = field(default_factory=list)
    block_extras: int = 0
    blocks: int = 0


@dataclass
class Block:
    """One spectrum. ``values`` are interleaved: all variables of point 1, then of point 2."""

    name: str
    sample: str
    started_at: datetime | None
    comments: list[str]
    technique: str
    variables: list[float | None]
    source: str
    source_energy_eV: float | None
    analyser_mode: str
    pass_energy_eV: float | None
    work_function_eV: float | None
    species: str
    transition: str
    abscissa: tuple[str, str, float | None, float | None]
    channels: list[tuple[str, str]]
    signal_mode: str
    dwell_s: float | None
    scans: float | None
    values: list[float | None]


def read_experiment(cursor: Cursor) -> Experiment:
    """Raises UnreadableFile ``damaged`` for an unknown mode, ``unsupported`` for an inclusion list."""
    institution, instrument, operator, experiment = cursor.texts(4)
    comments = cursor.texts(cursor.count("a number of comment lines"))
    mode, scan_mode = cursor.text().upper(), cursor.text().upper()
    if mode not in MODES or scan_mode not in SCAN_MODES:
        raise cursor.damaged(f"'{mode[:20]}' and '{scan_mode[:20]}' are no experiment and scan mode")
    head = Experiment(institution, instrument, operator, experiment, comments, mode, scan_mode)
    cursor.texts((mode in _WITH_REGIONS) + 3 * (mode in _WITH_POSITIONS))
    head.variables = [(cursor.text(), cursor.text()) for _ in range(cursor.count("a number of variables"))]
    if cursor.number():
        raise UnreadableFile(
            "unsupported",
            f"{cursor.name} leaves items out of its blocks by an inclusion list.",
            "Export it without.",
        )
    cursor.texts(cursor.count("a number of manually entered items"))
    extras = cursor.count("a number of future entries")
    head.block_extras = cursor.count("a number of future entries")
    cursor.texts(extras)
    head.blocks = cursor.count("a number of blocks")
    return head


def _moment(parts: list[float | None], hours_from_utc: float | None) -> datetime | None:
    """None where the date is not given (0, -1 or 1E+37)."""
    try:
        year, month, day, hour, minute, second = (int(part) if part is not None else -1 for part in parts)
        zone = timezone(timedelta(hours=hours_from_utc)) if hours_from_utc is not None else None
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def read_block(cursor: Cursor, head: Experiment) -> Block:
    """Items 1 to 45 of one block, in the standard's order."""
    mode, scan_mode = head.mode, head.scan_mode
    name, sample = cursor.texts(2)
    started_at = _moment(cursor.numbers(6), cursor.number())
    comments = cursor.texts(cursor.count("a number of comment lines"))
    technique = cursor.text()
    cursor.texts(2 * (mode in _WITH_POSITIONS))
    variables = cursor.numbers(len(head.variables))
    source = cursor.text()
    cursor.texts(3 * (mode in _WITH_DEPTH or technique in _ION_TECHNIQUES))
    source_energy, *_ = cursor.numbers(4)  # energy, strength, beam width x and y
    cursor.texts(2 * (mode in _WITH_FIELD_OF_VIEW) + 6 * (mode in _WITH_LINESCAN) + 2)
    analyser_mode = cursor.text()
    pass_energy = cursor.number()
    cursor.texts(int(technique == "AES diff"))
    _, work_function, *_ = cursor.numbers(7)  # magnification, work function, bias, widths, take-off angles
    species, transition, _ = cursor.texts(3)
    abscissa: tuple[str, str, float | None, float | None] = ("", "", None, None)
    if scan_mode == "REGULAR":
        abscissa = (cursor.text(), cursor.text(), cursor.number(), cursor.number())
    channels = [(cursor.text(), cursor.text()) for _ in range(cursor.count("a number of variables"))]
    signal_mode = cursor.text()
    dwell, scans, _ = cursor.numbers(3)
    cursor.texts(7 * (mode in _WITH_DEPTH and technique in _SPUTTERED_TECHNIQUES) + 3)
    cursor.texts(3 * cursor.count("a number of extra parameters") + head.block_extras)
    total = cursor.count("a number of values")
    cursor.texts(2 * len(channels))
    values = _values(cursor, total)
    return Block(
        name, sample, started_at, comments, technique, variables, source, source_energy, analyser_mode,
        pass_energy, work_function, species, transition, abscissa, channels, signal_mode,
        dwell, scans, values,
    )  # fmt: skip


def _values(cursor: Cursor, total: int) -> list[float | None]:
    arrived = len(cursor.lines) - cursor.place
    if arrived < total:
        raise UnreadableFile(
            "truncated",
            f"{cursor.name} is cut off: it ends in {cursor.where} after {arrived:,} of {total:,} values.",
            AGAIN,
        )
    return cursor.numbers(total)


def read_vamas(lines: list[str], name: str) -> tuple[Experiment, list[Block]]:
    """Header and blocks. Raises UnreadableFile for a file that is not whole down to ``end of experiment``."""
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    cursor = Cursor(lines, name, start)
    if not cursor.text().startswith(FORMAT_LINE[:24]):
        raise UnreadableFile("not_this_format", f"{name} does not open with the VAMAS line.")
    head = read_experiment(cursor)
    blocks: list[Block] = []
    for number in range(1, head.blocks + 1):
        cursor.where = f"block {number} of {head.blocks}"
        blocks.append(read_block(cursor, head))
    cursor.where = f"block {head.blocks} of {head.blocks}, before '{LAST_LINE}'"
    if cursor.text().lower() != LAST_LINE:
        raise cursor.damaged(f"'{LAST_LINE}' is expected here")
    return head, blocks
