"""The packed numbers of JCAMP-DX tables: AFFN, PAC, SQZ, DIF and DUP, as IUPAC's JCAMP-DX 4.24 defines them.

A line begins with its first x. Digits may carry a sign (``@A–I a–i``: the digit itself), a difference to the value
before (``%J–R j–r``) or a number of repetitions (``S–Z s``). After a line that ended in a difference the next one
repeats its last value as a check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from characterization.instruments.base import UnreadableFile

_SQUEEZED = {"@": "0"} | {letter: str(place) for place, letter in enumerate("ABCDEFGHI", 1)}
_SQUEEZED |= {letter: f"-{place}" for place, letter in enumerate("abcdefghi", 1)}
_DIFFERENCES = {"%": "0"} | {letter: str(place) for place, letter in enumerate("JKLMNOPQR", 1)}
_DIFFERENCES |= {letter: f"-{place}" for place, letter in enumerate("jklmnopqr", 1)}
_REPEATED = {letter: str(place) for place, letter in enumerate("STUVWXYZ", 1)} | {"s": "9"}
_TOKEN = re.compile(r"([@A-Ia-i%J-Rj-rS-Zs]|[+-]?)(\d*\.?\d*(?:[Ee][+-]\d+)?)|\?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]\d+)?|\?")
_PACKED = re.compile(r"[@%A-DF-Za-df-z]|[Ee](?![+-])")  # an exponent has its sign, else E is the digit 5
_MOST_REPEATED = 1_000_000
_NAN = float("nan")


class Table:
    """The y values of an ``(X++(Y..Y))`` table as they are written, before any factor, and the first x of each line.

    ``doubtful`` counts lines whose check value differs.
    """

    def __init__(self, name: str, again: str, most: int) -> None:
        self.name, self.again, self.most = name, again, most
        self.values: list[float] = []
        self.starts: list[tuple[float, int]] = []
        self.doubtful = 0
        self._difference: float | None = None

    def read(self, lines: Iterable[str]) -> Table:
        for number, line in enumerate(lines, 1):
            if line.strip():
                self._line(line.strip(), number)
                if len(self.values) > self.most:
                    raise UnreadableFile(
                        "damaged",
                        f"{self.name} holds more than the {self.most:,} points it declares.",
                        self.again,
                    )
        return self

    def _line(self, line: str, number: int) -> None:
        first = _PLAIN.match(line)
        if first is None or first[0] == "?":
            raise UnreadableFile(
                "damaged", f"{self.name}: line {number:,} of its table has no position.", self.again
            )
        rest = line[first.end() :].strip()
        check = self._difference is not None
        self.starts.append((float(first[0]), len(self.values) - check))
        if _PACKED.search(rest):
            self._packed(rest, check, number)
        else:
            self._plain(rest)

    def _plain(self, text: str) -> None:
        self._difference = None
        bare = re.sub(_PLAIN, " ", text)
        if bare.strip(" ,;\t+-"):
            raise UnreadableFile(
                "damaged", f"{self.name} holds ‘{bare.strip()[:20]}’ among its numbers.", self.again
            )
        self.values += [_NAN if part == "?" else float(part) for part in _PLAIN.findall(text)]

    def _packed(self, text: str, check: bool, number: int) -> None:
        place = 0
        first = True
        while place < len(text):
            if text[place] in " \t,":
                place += 1
                continue
            token = _TOKEN.match(text, place)
            if token is None or token.end() == place:
                raise UnreadableFile(
                    "damaged", f"{self.name}: line {number:,} of its table holds ‘{text[place]}’.", self.again
                )
            place = token.end()
            self._take(token[0], token[1] or "", token[2] or "", check and first)
            first = False

    def _take(self, whole: str, mark: str, digits: str, is_check: bool) -> None:
        if whole == "?":
            self._append(_NAN, None, is_check)
        elif mark in _DIFFERENCES and mark:
            step = self._number(_DIFFERENCES[mark] + digits)
            self._append((self.values[-1] if self.values else 0.0) + step, step, is_check)
        elif mark in _REPEATED and mark:
            self._repeat(int(self._number(_REPEATED[mark] + digits)))
        else:
            self._append(self._number(_SQUEEZED.get(mark, mark) + digits), None, is_check)

    def _append(self, value: float, difference: float | None, is_check: bool) -> None:
        if is_check and difference is None:
            self.doubtful += bool(self.values) and value != self.values[-1]
            self._difference = None
            return
        self.values.append(value)
        self._difference = difference

    def _repeat(self, times: int) -> None:
        """The value, or the difference, before stands so many times in all."""
        if not self.values or not 1 <= times <= min(_MOST_REPEATED, self.most + 1):
            raise UnreadableFile("damaged", f"{self.name} repeats a value {times:,} times.", self.again)
        for _ in range(times - 1):
            self.values.append(self.values[-1] + (self._difference or 0.0))

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError as error:
            raise UnreadableFile(
                "damaged", f"{self.name} holds ‘{text[:20]}’ for a number.", self.again
            ) from error
