"""Finds the readers and picks one for a file: by what the file holds, then by its name."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from characterization.instruments import formats
from characterization.instruments.base import HEAD_BYTES, Reader, ReadResult, UnreadableFile, ending

MANY_READERS = 4
_BLANK = b"\0 \r\n\t"
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


@cache
def readers() -> tuple[Reader, ...]:
    """Every ``READER`` of ``formats/``, by name. A new format is a new file there and nothing else."""
    found = [
        importlib.import_module(f"{formats.__name__}.{module.name}").READER
        for module in pkgutil.iter_modules(formats.__path__)
        if not module.name.startswith("_")
    ]
    return tuple(sorted(found, key=lambda reader: reader.name))


def candidates(path: Path, name: str) -> list[Reader]:
    """The readers that know this file, surest first. An empty list means that nobody does."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    sure = [(reader.sniff(head, name.lower()), reader) for reader in readers()]
    return [
        reader
        for confidence, reader in sorted(sure, key=lambda pair: (-pair[0], pair[1].name))
        if confidence > 0
    ]


@contextmanager
def under_its_name(path: Path, name: str) -> Iterator[Path]:
    """The file under the name that people know it by, so that readers can tell by its ending and complain by its name.

    Stored files are named by their hash; a link in a folder of its own is enough. Only the last part of the name
    counts, and of that the last 200 bytes.
    """
    bare = Path(name.replace("\0", "")).name.encode()[-200:].decode(errors="ignore")
    if bare in {"", ".", "..", path.name}:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        link = Path(folder) / bare
        link.symlink_to(path.resolve())
        yield link


def _refuse_web_page(path: Path, name: str) -> None:
    """No instrument writes one; under an instrument's ending it is what a server answered instead of the file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if re.match(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", head.lower()):
        raise UnreadableFile(
            "unsupported",
            f"{name} is a web page, perhaps one of a login or of an error, saved under this name.",
            "Download the file itself again.",
        )


def _refuse_blank(path: Path, name: str) -> None:
    """Says of a file without a single letter that it is empty, whatever its ending."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head.strip(_BLANK) and not any(
            piece.strip(_BLANK) for piece in iter(lambda: file.read(1 << 20), b"")
        ):
            raise UnreadableFile(
                "empty",
                f"{name} is empty: its {path.stat().st_size:,} bytes are all blank or zero.",
                "Copy it again from the instrument.",
            )


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _refuse_packed(path: Path, name: str) -> None:
    """Says what is packed what to do with it."""
    with path.open("rb") as file:
        head = file.read(8)
    kind = next((kind for mark, kind in _PACKED.items() if head.startswith(mark)), None)
    if kind == "zip" and _is_workbook(path):
        return
    if kind is not None:
        raise UnreadableFile(
            "unsupported",
            f"{name} is a packed file ({kind}).",
            "Unpack it and send the files that are in it.",
        )


def _refuse_old_workbook(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UnreadableFile(
            "unsupported",
            f"{name} is an old Office file (.xls) or another of its kind, in which no reader found a table.",
            "Give it the ending .xls if it has another, save it as .xlsx or .csv, or send the instrument's own file.",
        )


def _refuse_disguised(path: Path, name: str) -> None:
    """Says where the ending is one that is read and what stands in the file is something else."""
    labels = [reader.label for reader in readers() if ending(name.lower(), *reader.extensions)]
    if 0 < len(labels) < MANY_READERS:
        raise UnreadableFile(
            "unsupported",
            f"{name} does not hold what its ending says: {'; '.join(labels)}.",
            "Check that it is the instrument's own file, whole and not renamed, or copy it again.",
        )


def _refusal(refused: list[tuple[Reader, UnreadableFile]], path: Path, name: str) -> UnreadableFile:
    """The complaint of the surest reader; where several were equally sure by the name alone, one that names them."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if len(refused) == 1 or refused[0][0].sniff(head, name.lower()) > 1:
        return refused[0][1]
    labels = "; ".join(reader.label for reader, _ in refused)
    return UnreadableFile(
        "not_this_format",
        f"{name} holds no table that a reader of its kind knows. Tried: {labels}.",
        "Send the instrument's own file, or an export of all records with titles that name quantity and unit.",
    )


def read(path: Path, name: str) -> ReadResult:
    """Reads a file with the surest reader that takes it.

    A reader that finds on a closer look that the file is of another format (``not_this_format``) hands on to the
    next; any other complaint is the answer, because a truncated file of a known format must not be tried as text.
    """
    if path.stat().st_size == 0:
        raise UnreadableFile(
            "empty", f"{name} is empty: 0 bytes arrived.", "Export it again on the instrument."
        )
    _refuse_web_page(path, name)
    _refuse_blank(path, name)
    refused: list[tuple[Reader, UnreadableFile]] = []
    for reader in candidates(path, name):
        try:
            with under_its_name(path, name) as named:
                recordings = reader.read(named)
        except UnreadableFile as error:
            if error.code != "not_this_format":
                raise
            refused.append((reader, error))
            continue
        return ReadResult(reader, recordings)
    if refused:
        _refuse_packed(path, name)
        raise _refusal(refused, path, name)
    _refuse_packed(path, name)
    _refuse_old_workbook(path, name)
    _refuse_disguised(path, name)
    known = ", ".join(sorted({ending for reader in readers() for ending in reader.extensions}))
    raise UnreadableFile(
        "unsupported",
        f"No reader knows {name}.",
        f"Known endings: {known}. Export the measurement in one of these, or ask for a reader.",
    )
