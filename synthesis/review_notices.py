"""What pages say about the review of a record: that it is locked, opened again, or no longer what was signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from synthesis import upstream, verification
from synthesis.access import Actor
from synthesis.models import CarbonizationRun, Sample
from synthesis.review_rules import moment
from synthesis.sample_parts import Notice
from synthesis.signed_content import Subject
from synthesis.verification import Checked


def address_of(subject: Subject) -> str:
    name = "furnace-run-review" if isinstance(subject, CarbonizationRun) else "sample-review"
    return reverse(name, args=[subject.code])


def checked(subject: Subject, actor: Actor) -> list[Checked]:
    """The signatures, checked once for all parts of one page."""
    kept: dict[str, Any] = subject.__dict__
    if "checked" not in kept:
        unsigned = isinstance(subject, Sample) and not upstream.of(subject, "signature")
        kept["checked"] = [] if unsigned else verification.check(subject, actor)
    found: list[Checked] = kept["checked"]
    return found


def sentences(subject: Subject, actor: Actor) -> Iterable[Notice]:
    """What stands under the head of a signed or reopened record."""
    found = checked(subject, actor)
    broken = next((one for one in found if not one.whole or (one.stands and not one.same)), None)
    opened = verification.reopened(found)
    if broken is not None:
        yield Notice(
            "bad",
            _("The signature of %(who)s no longer holds. %(verdict)s")
            % {"who": broken.who, "verdict": broken.verdict},
            address_of(subject),
            _("See the signatures"),
        )
    if opened is not None:
        yield Notice("warn", _opened(found, opened), address_of(subject), _("Review and sign"))
    elif subject.signed_at is not None:
        last = verification.before_opening(found)
        said = _("Locked: %(who)s signed it on %(at)s. %(verdict)s")
        if last is not None:
            told = {"who": last.who, "at": moment(last.signature.created_at), "verdict": last.verdict}
            yield Notice("info", said % told, address_of(subject), _("Signatures"))


def _opened(found: list[Checked], opened: Checked) -> str:
    before = verification.before_opening(found)
    said = _("Review opened again by %(who)s on %(at)s: %(reason)s.") % {
        "who": opened.who,
        "at": moment(opened.signature.created_at),
        "reason": opened.signature.reason.rstrip("."),
    }
    differs = before.verdict if before is not None else ""
    return f"{said} {differs}".strip()
