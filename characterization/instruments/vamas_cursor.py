"""A walk over the lines of a VAMAS file, one item per line."""

from __future__ import annotations

from characterization.instruments.base import UnreadableFile

AGAIN = "Export it again on the instrument; the file that arrived is kept."


class Cursor:
    """Walks over the lines and knows where it is, so that every complaint names the block and the line."""

    def __init__(self, lines: list[str], name: str, place: int = 0) -> None:
        self.lines, self.name, self.place, self.where = lines, name, place, "the header"

    def text(self) -> str:
        if self.place >= len(self.lines):
            raise UnreadableFile("truncated", f"{self.name} is cut off: it ends in {self.where}.", AGAIN)
        self.place += 1
        return self.lines[self.place - 1].strip()

    def texts(self, count: int) -> list[str]:
        return [self.text() for _ in range(count)]

    def number(self) -> float | None:
        written = self.text()
        try:
            value = float(written)
        except ValueError as error:
            if self.place == len(self.lines):
                raise UnreadableFile(
                    "truncated", f"{self.name} is cut off in {self.where}.", AGAIN
                ) from error
            raise self.damaged(f"'{written[:40]}' stands where a number belongs") from error
        return value if abs(value) < 9e36 else None

    def numbers(self, count: int) -> list[float | None]:
        return [self.number() for _ in range(count)]

    def count(self, what: str) -> int:
        value = self.number()
        if value is None or not 0 <= value <= 1e8 or value != int(value):
            raise self.damaged(f"{value} cannot be {what}")
        return int(value)

    def damaged(self, why: str) -> UnreadableFile:
        return UnreadableFile("damaged", f"{self.name}: line {self.place:,}, in {self.where}: {why}.", AGAIN)
