"""Who signed the sample, and the furnace run that it came out of; and whether both still are what was signed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from labsys.reports.content import SignatureLine
from labsys.reports.wording import minute, person
from synthesis import verification
from synthesis.access import Actor
from synthesis.models import Boat, Sample
from synthesis.signed_content import Subject
from synthesis.verification import Checked


def lines_of(sample: Sample, actor: Actor) -> tuple[list[SignatureLine], str]:
    """The signatures, oldest first, and what stands beside the title."""
    own = verification.check(sample, actor)
    boat = Boat.objects.select_related("run").filter(additive=sample.pk).first()
    of_run = verification.check(boat.run, actor) if boat is not None else []
    lines = [_line(boat.run, one) for one in of_run] if boat is not None else []
    return lines + [_line(sample, one) for one in own], _title(own)


def _line(subject: Subject, one: Checked) -> SignatureLine:
    signature = one.signature
    verdict = one.verdict if one.locks or not one.whole else ""
    return SignatureLine(
        code=subject.code,
        who=person(signature.created_by),
        meaning=signature.statement,
        when=minute(signature.created_at),
        sha256=signature.sha256,
        remark=" ".join(part for part in (signature.reason, verdict) if part),
        holds=one.valid or (not one.locks and one.whole),
    )


def _title(checked: Sequence[Checked]) -> str:
    opened = verification.reopened(checked)
    if opened is not None:
        return _("review opened again by %(who)s, %(when)s: %(reason)s") % {
            "who": person(opened.signature.created_by),
            "when": minute(opened.signature.created_at),
            "reason": opened.signature.reason,
        }
    last = verification.before_opening(checked)
    if last is None:
        return _("not signed")
    if not all(one.valid for one in checked if one.stands):
        return _("signature no longer valid")
    return _("signed by %(who)s, %(when)s") % {
        "who": person(last.signature.created_by),
        "when": minute(last.signature.created_at),
    }
