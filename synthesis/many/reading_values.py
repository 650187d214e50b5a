"""What was written in a cell as what a form takes: choices by their words, dates as people write them, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.many.columns import Column, normal

_SHOWN = 8
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%Y年%m月%d日", "%Y%m%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %H:%M")
_SLASHES = re.compile(r"^\d{1,2}/\d{1,2}/\d{2,4}")
_YES = {"yes", "y", "true", "1", "x", "ja", "是"}
_NO = {"no", "n", "false", "0", "nein", "否"}


def read(text: str, column: Column) -> str | list[str]:
    """Raises Refusal for what the column cannot hold; numbers and units are the form's own matter."""
    if column.shape == "choice":
        return _choice(text, column)
    if column.shape == "choices":
        return [_choice(part, column) for part in re.split(r"[,;]", text) if part.strip()]
    if column.shape in ("date", "time"):
        return _date(text, column)
    if column.shape == "yes":
        return _yes(text)
    return text


def _choice(text: str, column: Column) -> str:
    wanted = normal(text)
    for value, label in column.options:
        if text.strip() == value or wanted in (normal(label), normal(value)):
            return value
    if wanted in column.also:
        return column.also[wanted]
    raise Refusal(
        _("‘%(text)s’ is not known here. Known: %(known)s.")
        % {"text": text[:60], "known": _listed([label for _value, label in column.options])},
        code="no_choice",
    )


def _listed(labels: Sequence[str]) -> str:
    if not labels:
        return _("nothing yet")
    return ", ".join(labels[:_SHOWN]) + (" …" if len(labels) > _SHOWN else "")


def _date(text: str, column: Column) -> str:
    written = text.strip().replace("T", " ").removesuffix("Z")
    if _SLASHES.match(written):
        raise Refusal(
            _("‘%(text)s’ can be read in two ways. Write year, month, day: 2026-11-12.")
            % {"text": text[:40]},
            code="no_date",
        )
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = _as_written(written, text)
    return at.date().isoformat() if column.shape == "date" else at.isoformat(" ")


def _as_written(written: str, text: str) -> datetime:
    for day in _DATES:
        for time in _TIMES:
            try:
                return datetime.strptime(written, day + time)  # the form makes it aware
            except ValueError:
                continue
    raise Refusal(
        _("‘%(text)s’ is not a date. Write year, month, day: 2026-11-12 or 2026-11-12 14:32.")
        % {"text": text[:40]},
        code="no_date",
    )


def _yes(text: str) -> str:
    wanted = normal(text)
    if wanted in _YES | _NO:
        return "on" if wanted in _YES else ""
    raise Refusal(_("‘%(text)s’ is neither yes nor no.") % {"text": text[:40]}, code="no_yes")
