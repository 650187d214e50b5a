"""Zip containers of instruments: looked over before a byte is unpacked.

Limits as package indexes use them: at most 2 GiB unpacked, and not more than 50 times the packed size once
the whole is above 64 MiB; at most 10,000 members.
"""

from __future__ import annotations

import importlib
import zipfile
import zlib
from pathlib import Path

from characterization.instruments.base import UnreadableFile


def _isal_error() -> tuple[type[Exception], ...]:
    """The error of isal, which fastnda puts in zlib's place for the whole process wherever isal is installed."""
    try:
        module = importlib.import_module("isal.igzip_lib")
    except ImportError:
        return ()
    return (module.IsalError,)


UNPACKING_FAULTS: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, *_isal_error(),
)  # fmt: skip

MOST_BYTES = 2 * 1024**3
MOST_RATIO = 50
RATIO_COUNTS_ABOVE = 64 * 1024**2
MOST_MEMBERS = 10_000
_MIB = 1024**2

COPY_AGAIN = "Copy it again from the instrument; the file that arrived is kept."


def _complaint(archive: zipfile.ZipFile, size: int) -> str:
    """What is wrong with the container's own table of contents, or nothing."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        return f"holds {len(members):,} members, more than {MOST_MEMBERS:,}"
    if unpacked > MOST_BYTES:
        return f"would unpack to {unpacked // _MIB:,} MiB, more than {MOST_BYTES // _MIB:,} MiB"
    if unpacked > RATIO_COUNTS_ABOVE and unpacked > MOST_RATIO * size:
        return f"would unpack to {unpacked // _MIB:,} MiB, {unpacked // max(size, 1):,} times its size"
    return ""


def check_archive(path: Path, needed: tuple[str, ...] = ()) -> list[str]:
    """The names in a zip container that is safe to unpack and holds every needed member.

    Raises UnreadableFile: ``truncated`` where the table of contents at the end is missing, ``hostile``
    where it would unpack beyond the limits, ``damaged`` where a needed member is missing or encrypted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            complaint = _complaint(archive, path.stat().st_size)
            names = archive.namelist()
            locked = [member.filename for member in archive.infolist() if member.flag_bits & 1]
    except UNPACKING_FAULTS as error:
        raise UnreadableFile(
            "truncated",
            f"{path.name} is a zip container without its table of contents, which stands at its end: "
            f"the file was cut off after {path.stat().st_size:,} bytes or damaged.",
            COPY_AGAIN,
        ) from error
    if complaint:
        raise UnreadableFile(
            "hostile", f"{path.name} {complaint}; it was not unpacked.", "Check where it is from."
        )
    if locked:
        raise UnreadableFile("damaged", f"{path.name}: its member {locked[0]} is encrypted.", COPY_AGAIN)
    missing = [name for name in needed if name not in names]
    if missing:
        raise UnreadableFile("damaged", f"{path.name} does not hold {', '.join(missing)}.", COPY_AGAIN)
    return names
