"""What a SPECS Prodigy text export says: statements behind ``#``, and the curves of numbers between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from characterization.instruments.base import UnreadableFile
from characterization.instruments.photoelectrons import AGAIN
from characterization.instruments.textual import to_number

_STATEMENT = re.compile(r"^\s{0,8}([A-Za-z][^:]{0,60}?):\s*(.*)$")
_CURVE = re.compile(
    r"Cycle:\s*(\d+)(?:,\s*Curve:\s*(\d+))?(?:,\s*Scan:\s*(\d+))?(?:,\s*Channel:\s*(\d+))?", re.IGNORECASE
)


@dataclass
class Curve:
    """Rows of numbers with what was said above them: of the region, and which cycle, curve, scan and channel."""

    said: dict[str, str]
    place: tuple[str, ...]
    external: bool
    rows: list[list[float]] = field(default_factory=list)


@dataclass
class _State:
    said: dict[str, str] = field(default_factory=dict)
    place: tuple[str, ...] = ("0", "0", "0", "0")
    external: bool = False

    def hear(self, line: str) -> None:
        place, statement = _CURVE.search(line), _STATEMENT.match(line)
        if place:
            self.place = tuple(part or "0" for part in place.groups())
            self.external = "external" in line.lower()
        elif statement:
            key = statement[1].strip().lower()
            if key == "region":
                kept = ("group", "energy axis", "count rate", "created by", "transmission function")
                self.said = {old: value for old, value in self.said.items() if old in kept}
            self.said[key] = statement[2].strip()


def curves(text: str, name: str, prefix: str) -> Iterator[Curve]:
    """Every curve of the text. Raises UnreadableFile ``damaged`` for a line that is neither said nor numbers."""
    state, curve = _State(), None
    for place, line in enumerate(text.split("\n"), 1):
        if line.startswith(prefix):
            state.hear(line[len(prefix) :])
            if curve:
                yield curve
            curve = None
        elif line.strip():
            row = [to_number(cell) for cell in line.split()]
            numbers = [cell for cell in row if cell is not None]
            curve = curve or Curve(dict(state.said), state.place, state.external)
            if (
                len(numbers) < 2
                or len(numbers) != len(row)
                or len(numbers) != len(curve.rows[0] if curve.rows else row)
            ):
                raise UnreadableFile(
                    "damaged", f"{name}: line {place:,} is no row of numbers as above.", AGAIN
                )
            curve.rows.append(numbers)
    if curve:
        yield curve
