"""Sample codes: a short prefix for the kind and a number that never comes twice: NS-0112, CCA-0061."""

from __future__ import annotations

import re

from django.db import connection

_STRICT = re.compile(r"(?<![A-Z])([A-Z]{2,5})[-_ ]?(\d{4,7})(?!\d)")
_LOOSE = re.compile(r"(?<![A-Z])([A-Z]{2,5})[-_ ]?(\d{1,7})(?!\d)")


def next_code(prefix: str) -> str:
    """Draws the next code of a prefix; its row stays locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO synthesis_codecounter (prefix, last) VALUES (%s, 1) "
            "ON CONFLICT (prefix) DO UPDATE SET last = synthesis_codecounter.last + 1 RETURNING last",
            [prefix],
        )
        (number,) = cursor.fetchone()
    return f"{prefix}-{number:04d}"


def codes_in(text: str) -> list[str]:
    """Codes in a file name or a comment, with any separator: ``CCA-0061_C1s``, ``cca0061``. At least four digits."""
    return _found(_STRICT, text)


def codes_like(text: str) -> list[str]:
    """What could be meant as a code, for suggestions to a person: also ``CCA61``."""
    return _found(_LOOSE, text)


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(
        dict.fromkeys(f"{prefix}-{int(digits):04d}" for prefix, digits in pattern.findall(text.upper()))
    )
