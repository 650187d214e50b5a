"""Members of the zip containers in which diffractometers store their scans."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from characterization.instruments.archive import COPY_AGAIN, UNPACKING_FAULTS, check_archive
from characterization.instruments.base import UnreadableFile
from characterization.instruments.diffraction.scans import damaged
from characterization.instruments.xmlsafe import parse_xml

MOST_MEMBER_BYTES = 256 * 1024**2
_FAULTS: tuple[type[Exception], ...] = (*UNPACKING_FAULTS, NotImplementedError)


class Members:
    """A checked container that is open for reading: names in natural order, contents one at a time."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.names = sorted(check_archive(path), key=_natural)
        self._archive = zipfile.ZipFile(path)

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def like(self, pattern: str) -> list[str]:
        return [name for name in self.names if re.fullmatch(pattern, name)]

    def bytes_of(self, member: str) -> bytes:
        """Raises UnreadableFile ``too_large`` or ``damaged``; the container's own checksum is held against it."""
        size = self._archive.getinfo(member).file_size
        if size > MOST_MEMBER_BYTES:
            raise UnreadableFile(
                "too_large",
                f"{self.name}: {member} has {size // 1024**2:,} MiB, more than 256 MiB.",
                COPY_AGAIN,
            )
        try:
            return self._archive.read(member)
        except _FAULTS as error:
            raise damaged(self.name, f"{member} cannot be unpacked ({error})") from error

    def xml(self, member: str) -> Element:
        try:
            return parse_xml(self.bytes_of(member), self.name)
        except ParseError as error:
            raise damaged(self.name, f"the XML of {member} is broken ({error})") from error


def _natural(name: str) -> list[tuple[int, int, str]]:
    """``RawData10.xml`` after ``RawData9.xml``."""
    return [(int(part), 0, "") if part.isdigit() else (-1, 1, part) for part in re.split(r"(\d+)", name)]
