"""What PostgreSQL refuses by a rule of its own, said as a Refusal: the last guard speaks like the first."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from synthesis.errors import Refusal
from synthesis.reviews import Signed

# What a trigger raises -> the refusal that it is.
_KNOWN: tuple[tuple[str, type[Refusal], str | Promise], ...] = (
    (
        "is signed: open the review again",
        Signed,
        _(
            "This record is signed and locked. Open the review again before it is changed; nothing was changed."
        ),
    ),
    (
        "a released protocol is not changed",
        Refusal,
        _("A released protocol stays as it is. Draw a new version of it; nothing was changed."),
    ),
)


def refusal_of(error: IntegrityError) -> Refusal | None:
    """The refusal behind an error of the database; None for one that is not foreseen."""
    said = str(getattr(getattr(error.__cause__, "diag", None), "message_primary", None) or "")
    for text, refusal, sentence in _KNOWN:
        if text in said:
            return refusal(str(sentence), status=409)
    return None
