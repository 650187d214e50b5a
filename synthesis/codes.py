"""Sample codes: a short prefix for the kind and a number that never comes twice: NS-0112, CCA-0061."""

from __future__ import annotations

import re

from django.db import connection

CODE_PATTERN = re.compile(r"\b([A-Z]{2,5}-\d{4,7})\b")


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
    """Codes in a file name or a comment, as written or with other separators: ``CCA0061_C1s``, ``cca-61``."""
    found = CODE_PATTERN.findall(text.upper())
    for prefix, digits in re.findall(r"(?<![A-Z])([A-Z]{2,5})[-_ ]?(\d{1,7})(?!\d)", text.upper()):
        code = f"{prefix}-{int(digits):04d}"
        if code not in found:
            found.append(code)
    return found
