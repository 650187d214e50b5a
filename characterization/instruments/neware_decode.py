"""Runs fastnda on one file: picks it by content, collects what it says on the way, and words its failures."""

from __future__ import annotations

import logging
import struct
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fastnda
import polars as pl

from characterization.instruments import neware_counters, neware_header, neware_ndax
from characterization.instruments.archive import COPY_AGAIN, UNPACKING_FAULTS, check_archive
from characterization.instruments.base import UnreadableFile

NDA_MAGIC, ZIP_MAGIC = b"NEWARE", b"PK\x03\x04"
# What numpy, polars and zip stumble over in damaged bytes; a panic of polars is no Exception.
_FAULTS: tuple[type[BaseException], ...] = (
    *UNPACKING_FAULTS, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, MemoryError,
    struct.error, pl.exceptions.PolarsError, pl.exceptions.PanicException,
)  # fmt: skip


@dataclass
class Decoded:
    """The decoder's table, what the file says of itself, its members that could not be read, the decoder's
    warnings, and whether the file says how many records it should hold.
    """

    table: pl.DataFrame
    meta: dict[str, object]
    unreadable: list[str]
    notes: list[str]
    length_declared: bool = True


class _Notes(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What the decoder logs and warns of, instead of letting it go to the log."""
    notes, logger = _Notes(), logging.getLogger("fastnda")
    passes_on, logger.propagate = logger.propagate, False
    logger.addHandler(notes)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield notes.texts
            notes.texts.extend(str(warning.message) for warning in caught)
    finally:
        logger.removeHandler(notes)
        logger.propagate = passes_on


@contextmanager
def _named_as(path: Path, suffix: str) -> Iterator[Path]:
    """The file under a name that ends as its content says, because the decoder goes by the ending."""
    if path.suffix.lower() == suffix:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="neware-") as folder:
        link = Path(folder) / f"neware{suffix}"
        link.symlink_to(path.resolve())
        yield link


def _read(path: Path, name: str) -> pl.DataFrame:
    try:
        table: pl.DataFrame = fastnda.read(path, cycle_mode="raw")
    except NotImplementedError as error:
        hint = "Export it as .ndax from BTSDA, or ask for a reader."
        raise UnreadableFile("unsupported", f"{name}: {error}", hint) from error
    except _FAULTS as error:
        reason = f"its records cannot be decoded ({type(error).__name__}: {str(error)[:200]})"
        raise UnreadableFile("damaged", f"{name} is damaged: {reason}.", COPY_AGAIN) from error
    return table


def _read_ndax(path: Path, name: str) -> pl.DataFrame:
    """The records, put together by ourselves where that can be done; what is wrong with a file fastnda says."""
    try:
        table = neware_counters.read_counted(path)
    except _FAULTS:
        table = None
    return _read(path, name) if table is None else table


def _decode_nda(path: Path) -> Decoded:
    declared = neware_header.check_whole(path)
    with _listening() as notes, _named_as(path, ".nda") as named:
        table = _read(named, path.name)
        try:
            meta, unreadable = neware_header.metadata(named), []
        except _FAULTS:
            meta, unreadable = {}, ["the header's texts"]
    neware_header.check_count(path, table.height, meta.get("declared_records"))
    return Decoded(table, meta, unreadable, notes, declared)


def _decode_ndax(path: Path) -> Decoded:
    check_archive(path, ("data.ndc",))
    meta, unreadable = neware_ndax.metadata(path)
    with _listening() as notes, _named_as(path, ".ndax") as named:
        table = _read_ndax(named, path.name)
    return Decoded(table, meta, unreadable, notes)


def decode(path: Path) -> Decoded:
    """The records of an ``.nda`` or ``.ndax``, told apart by content. Raises UnreadableFile and nothing
    else."""
    with path.open("rb") as file:
        head = file.read(len(NDA_MAGIC))
    if head == NDA_MAGIC:
        return _decode_nda(path)
    if head.startswith(ZIP_MAGIC):
        return _decode_ndax(path)
    raise UnreadableFile(
        "not_this_format",
        f"{path.name} opens neither with NEWARE nor as a zip container, so it is no Neware file.",
        "Check that the file is what its name says, or copy it again from the instrument.",
    )
