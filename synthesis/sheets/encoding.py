"""Which encoding a text is in: byte order mark, then strict UTF-8, then GB18030 against Windows' western one.

The last two are told apart by plausibility, since almost any bytes are possible in both: Chinese text is made of
common characters (the first level of GB 2312 and its punctuation), western text of single letters such as µ, °, é.
"""

from __future__ import annotations

import codecs
import re

from django.utils.translation import gettext as _

from synthesis.sheets.base import Unreadable

NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030", "cp1252": "Windows-1252"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_COMMON_FROM, _COMMON_TO = b"\xb0\xa1", b"\xd7\xfe"  # the 3,755 characters of the first level
_SIGNS_FROM, _SIGNS_TO = b"\xa1\xa1", b"\xa3\xfe"  # punctuation, units, full-width letters
PLAUSIBLE = 0.8


def decode(content: bytes, wanted: str = "") -> tuple[str, str]:
    """The text and the name of its encoding. Raises Unreadable for what is no text."""
    text, name = _decoded_as(content, wanted) if wanted in NAMES else _found(content)
    strange = len(_CONTROLS.findall(text[:200_000]))
    if "\x00" in text:
        raise Unreadable(_("The file holds NUL bytes: it is no text table. Save the table as .csv or .xlsx."))
    if strange > len(text[:200_000]) // 100 + 2:
        raise Unreadable(_("The file is no text and no workbook. Save the table as .csv or .xlsx."))
    return text, name


def _decoded_as(content: bytes, wanted: str) -> tuple[str, str]:
    try:
        return content.decode({"utf-8": "utf-8-sig"}.get(wanted, wanted)), NAMES[wanted]
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("The file is not in %(name)s: byte %(place)s does not fit. Choose another encoding.")
            % {"name": NAMES[wanted], "place": error.start + 1}
        ) from error


def _found(content: bytes) -> tuple[str, str]:
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _or_refused(content, codec, name)
    wide = _utf_16_without_mark(content)
    if wide:
        return _or_refused(content, wide, "UTF-16")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _legacy(content)


def _or_refused(content: bytes, codec: str, name: str) -> tuple[str, str]:
    try:
        return content.decode(codec), name
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("The file says that it is %(name)s, but byte %(place)s does not fit. Save it again.")
            % {"name": name, "place": error.start + 1}
        ) from error


def _utf_16_without_mark(content: bytes) -> str:
    """Every second byte of plain text in UTF-16 is zero."""
    start = content[:2000]
    pairs = len(start) // 2
    if pairs < 2:
        return ""
    if start[1::2].count(0) > 0.6 * pairs and start[::2].count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > 0.6 * pairs and start[1::2].count(0) == 0 else ""


def _legacy(content: bytes) -> tuple[str, str]:
    try:
        chinese = content.decode("gb18030")
    except UnicodeDecodeError:
        chinese = ""
    if chinese and _looks_chinese(chinese):
        return chinese, NAMES["gb18030"]
    try:
        return content.decode("cp1252"), NAMES["cp1252"]
    except UnicodeDecodeError as error:
        if chinese:
            return chinese, NAMES["gb18030"]
        raise Unreadable(
            _("The text is in none of UTF-8, UTF-16, GB18030 and Windows-1252. Save it as CSV UTF-8.")
        ) from error


def _looks_chinese(text: str) -> bool:
    others = [letter for letter in text if letter > "\x7f"]
    return sum(_common(letter) for letter in others) >= PLAUSIBLE * len(others)


def _common(letter: str) -> bool:
    try:
        pair = letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _COMMON_FROM <= pair <= _COMMON_TO or _SIGNS_FROM <= pair <= _SIGNS_TO
