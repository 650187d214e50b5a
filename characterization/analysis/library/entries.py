"""What an entry of the library is before anybody keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LONGEST_TEXT = 2_000_000


@dataclass(frozen=True)
class Checked:
    """``content`` is what methods read of the entry, ``summary`` one line for people; name and source as the text says
    them, empty where it does not."""

    content: dict[str, Any]
    summary: str
    name: str = ""
    source: str = ""


@dataclass(frozen=True)
class Shipped:
    """An entry that comes with labsys: as it is read, with the text that people see."""

    name: str
    version: str
    summary: str
    source: str
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)


class NotTaken(ValueError):
    """The text cannot become an entry; the message says why and what would help."""
