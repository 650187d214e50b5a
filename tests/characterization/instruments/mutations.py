"""Damages files as transfers and disks do, and holds readers to their promise: tables, or UnreadableFile."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from characterization.instruments.base import Reader, Recording, UnreadableFile


def damaged(raw: bytes) -> st.SearchStrategy[bytes]:
    """Cut anywhere, up to eight flipped bytes, a zeroed span, or a span doubled."""
    place = st.integers(0, len(raw) - 1)
    flips = st.lists(st.tuples(place, st.integers(1, 255)), min_size=1, max_size=8)
    span = st.tuples(place, st.integers(1, 400))
    return st.one_of(
        place.map(lambda at: raw[:at]),
        flips.map(lambda edits: _flip(raw, edits)),
        span.map(lambda s: raw[: s[0]] + bytes(min(s[1], len(raw) - s[0])) + raw[s[0] + s[1] :]),
        span.map(lambda s: raw[: s[0] + s[1]] + raw[s[0] :]),
    )


def _flip(raw: bytes, edits: list[tuple[int, int]]) -> bytes:
    changed = bytearray(raw)
    for place, mask in edits:
        changed[place] ^= mask
    return bytes(changed)


KNOWN_FAULTS = {
    "empty", "truncated", "damaged", "not_this_format", "unsupported", "too_large", "hostile", "needs_mapping",
}  # fmt: skip


def outcome(reader: Reader, raw: bytes, name: str) -> list[Recording] | UnreadableFile:
    """What the reader makes of the bytes. Any exception but UnreadableFile goes through and fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        try:
            return reader.read(path)
        except UnreadableFile as error:
            return error


def keeps_its_promise(reader: Reader, raw: bytes, name: str) -> None:
    """A table with rows, or a complaint that names the file and has a code that is known."""
    found = outcome(reader, raw, name)
    if isinstance(found, UnreadableFile):
        assert name in found.message
        assert found.code in KNOWN_FAULTS
        return
    assert found
    assert all(recording.table.height > 0 for recording in found)


def code_of(reader: Reader, raw: bytes, name: str) -> str:
    """The complaint's code, or ``read`` where the bytes were read."""
    found = outcome(reader, raw, name)
    return found.code if isinstance(found, UnreadableFile) else "read"


def largest(series: pl.Series) -> float:
    """The largest magnitude in a column of numbers without gaps."""
    assert series.null_count() == 0
    return float(series.abs().to_numpy().max())
