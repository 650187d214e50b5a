"""The grammar of ISO 14976 (VAMAS): one item per line, told apart by position alone.

Item numbers are the standard's. ``1E+37`` means "not given" and becomes None. Which items a block has
depends on the experiment mode, the scan mode and the technique; the sets below say when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from characterization.instruments.base import UnreadableFile
from characterization.instruments.vamas_cursor import AGAIN, Cursor

FORMAT_LINE = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"
LAST_LINE = "end of experiment"
ITEMS = frozenset(range(1, 41))
T = TypeVar("T")

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
    left_out: frozenset[int] = frozenset()
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
    position: list[float | None] = field(default_factory=list)


def read_experiment(cursor: Cursor) -> Experiment:
    """Raises UnreadableFile ``damaged`` for an unknown mode, ``unsupported`` for a map of single values."""
    institution, instrument, operator, experiment = cursor.texts(4)
    comments = cursor.texts(cursor.count("a number of comment lines"))
    mode, scan_mode = cursor.text().upper(), cursor.text().upper()
    if mode not in MODES or scan_mode not in SCAN_MODES:
        raise cursor.damaged(f"'{mode[:20]}' and '{scan_mode[:20]}' are no experiment and scan mode")
    if scan_mode == "MAPPING":
        raise UnreadableFile(
            "unsupported",
            f"{cursor.name} is a map: each block is an image of single values, not a spectrum.",
            "Export the spectra of its regions.",
        )
    head = Experiment(institution, instrument, operator, experiment, comments, mode, scan_mode)
    cursor.texts((mode in _WITH_REGIONS) + 3 * (mode in _WITH_POSITIONS))
    head.variables = [(cursor.text(), cursor.text()) for _ in range(cursor.count("a number of variables"))]
    head.left_out = _left_out(cursor)
    cursor.texts(cursor.count("a number of manually entered items"))
    extras = cursor.count("a number of future entries")
    head.block_extras = cursor.count("a number of future entries")
    cursor.texts(extras)
    head.blocks = cursor.count("a number of blocks")
    return head


def _left_out(cursor: Cursor) -> frozenset[int]:
    """Items that stand in the first block only, by the standard's numbers 1 to 40: those that a list of included ones
    (its length positive) does not name, or that a list of excluded ones (negative) does."""
    length = cursor.number() or 0
    if length != int(length) or abs(length) > len(ITEMS):
        raise cursor.damaged(f"{length} cannot be a number of included or excluded items")
    listed = frozenset(cursor.count("the number of an item") for _ in range(abs(int(length))))
    if not listed <= ITEMS:
        raise cursor.damaged(f"items have the numbers 1 to {len(ITEMS)}")
    return ITEMS - listed if length > 0 else listed


class Items:
    """The items of one block; what a list leaves out has the value that it had in the block before."""

    def __init__(self, left_out: frozenset[int], before: dict[int, Any]) -> None:
        self.left_out = left_out if before else frozenset()
        self.values = dict(before)

    def take(self, item: int, how: Callable[[], T]) -> T:
        """The item with the standard's number ``item``, read by ``how`` if it is there."""
        if item not in self.left_out:
            self.values[item] = how()
        value: T = self.values[item]
        return value


def _moment(parts: list[float | None], hours_from_utc: float | None) -> datetime | None:
    """None where the date is not given (0, -1 or 1E+37)."""
    try:
        year, month, day, hour, minute, second = (int(part) if part is not None else -1 for part in parts)
        zone = timezone(timedelta(hours=hours_from_utc)) if hours_from_utc is not None else None
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def read_block(
    cursor: Cursor, head: Experiment, before: dict[int, Any] | None = None
) -> tuple[Block, dict[int, Any]]:
    """One block, and its items by their numbers 1 to 40 for the next one."""
    mode, scan_mode = head.mode, head.scan_mode
    items = Items(head.left_out, before or {})
    take, text, number, texts, numbers = items.take, cursor.text, cursor.number, cursor.texts, cursor.numbers
    name, sample = texts(2)
    date = [take(item, number) for item in range(1, 7)]
    started_at = _moment(date, take(7, number))
    comments = take(8, lambda: texts(cursor.count("a number of comment lines")))
    technique = take(9, text)
    position = take(10, lambda: numbers(2 * (mode in _WITH_POSITIONS)))
    variables = take(11, lambda: numbers(len(head.variables)))
    source = take(12, text)
    take(13, lambda: texts(3 * (mode in _WITH_DEPTH or technique in _ION_TECHNIQUES)))
    source_energy, _ = take(14, number), take(15, number)
    take(16, lambda: numbers(2))  # beam width
    take(17, lambda: texts(2 * (mode in _WITH_FIELD_OF_VIEW)))
    take(18, lambda: texts(6 * (mode in _WITH_LINESCAN)))
    take(19, lambda: texts(2))  # the source's angles
    analyser_mode, pass_energy = take(20, text), take(21, number)
    take(22, lambda: texts(int(technique == "AES diff")))
    _, work_function, _ = [take(item, number) for item in (23, 24, 25)]  # magnification, work function, bias
    take(26, lambda: numbers(2))  # analysis width
    take(27, lambda: numbers(2))  # take-off angles
    species, transition, _ = [take(item, text) for item in (28, 29, 30)]
    abscissa: tuple[str, str, float | None, float | None] = ("", "", None, None)
    if scan_mode == "REGULAR":
        abscissa = take(31, lambda: (text(), text(), number(), number()))
    channels = take(32, lambda: [(text(), text()) for _ in range(cursor.count("a number of variables"))])
    signal_mode = take(33, text)
    dwell, scans, _ = [take(item, number) for item in (34, 35, 36)]
    take(37, lambda: texts(7 * (mode in _WITH_DEPTH and technique in _SPUTTERED_TECHNIQUES)))
    take(38, lambda: texts(3))  # tilts and rotation of the sample
    take(39, lambda: texts(3 * cursor.count("a number of extra parameters")))
    take(40, lambda: texts(head.block_extras))
    total = cursor.count("a number of values")
    texts(2 * len(channels))
    values = _values(cursor, total)
    block = Block(
        name, sample, started_at, comments, technique, variables, source, source_energy, analyser_mode,
        pass_energy, work_function, species, transition, abscissa, channels, signal_mode,
        dwell, scans, values, position,
    )  # fmt: skip
    return block, items.values


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
        raise UnreadableFile(
            "not_this_format",
            f"{name} does not open with the VAMAS line.",
            "Export it again as VAMAS (ISO 14976) in the instrument's software.",
        )
    head = read_experiment(cursor)
    blocks: list[Block] = []
    before: dict[int, Any] = {}
    for number in range(1, head.blocks + 1):
        cursor.where = f"block {number} of {head.blocks}"
        block, before = read_block(cursor, head, before)
        blocks.append(block)
    cursor.where = f"block {head.blocks} of {head.blocks}, before '{LAST_LINE}'"
    if cursor.text().lower() != LAST_LINE:
        raise cursor.damaged(f"'{LAST_LINE}' is expected here")
    return head, blocks
