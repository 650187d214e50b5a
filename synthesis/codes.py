"""Sample codes: a short prefix for the kind and a number that never comes twice: NS-0112, CCA-0061."""

from __future__ import annotations

import re

from django.db import connection
from django.utils.translation import gettext as _

from synthesis.errors import Refusal

_STRICT = re.compile(r"(?<![A-Z])([A-Z]{2,5})[-_ ]?(\d{4,7})(?!\d)")
_LOOSE = re.compile(r"(?<![A-Z])([A-Z]{2,5})[-_ ]?(\d{1,7})(?!\d)")
_OWN = re.compile(r"^([A-Z]{2,5})[-_ ]?0*(\d{1,6})$")  # six digits leave the counter room for a seventh


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


def next_codes(prefix: str, count: int) -> list[str]:
    """Draws so many codes in one step: for a transaction that records many, whose counter would else grow slow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO synthesis_codecounter (prefix, last) VALUES (%s, %s) "
            "ON CONFLICT (prefix) DO UPDATE SET last = synthesis_codecounter.last + %s RETURNING last",
            [prefix, count, count],
        )
        (last,) = cursor.fetchone()
    return [f"{prefix}-{number:04d}" for number in range(last - count + 1, last + 1)]


def own_code(text: str, prefix: str) -> str:
    """A code that somebody gave a thing before it was logged: "ns 42" is NS-0042. Raises Refusal for another form."""
    found = _OWN.match(text.strip().upper())
    if found is None or found[1] != prefix or not int(found[2]):
        raise Refusal(
            _(
                "‘%(code)s’ is no code for this. Write it as %(prefix)s-0042, or leave it empty to draw the next code."
            )
            % {"code": text.strip(), "prefix": prefix},
            field="code",
            code="no_code",
        )
    return f"{prefix}-{int(found[2]):04d}"


def claim(code: str, table: str) -> None:
    """Takes a code that was not drawn: the counter jumps past it. Raises Refusal where ``table`` has it already.

    The counter's row is locked first, as drawing does, so that two who want one code wait for each other.
    """
    prefix, _dash, digits = code.partition("-")
    if not digits.isdigit():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO synthesis_codecounter (prefix, last) VALUES (%s, %s) ON CONFLICT (prefix) "
            "DO UPDATE SET last = EXCLUDED.last WHERE synthesis_codecounter.last < EXCLUDED.last",
            [prefix, int(digits)],
        )
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} WHERE code = %s", [code])  # noqa: S608  # a model's own table
        if cursor.fetchone():
            raise taken(code)


def taken(code: str, when: str = "") -> Refusal:
    """``when`` tells those who may see it when it was made."""
    sentence = (
        _("%(code)s exists already (made %(when)s). Leave empty to draw the next code.")
        if when
        else _("%(code)s exists already. Leave empty to draw the next code.")
    )
    return Refusal(sentence % {"code": code, "when": when}, field="code", code="code_taken", status=409)


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
