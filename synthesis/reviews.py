"""Review: who signs a record as performed, reviewed or approved, which locks it, and who opens it again.

A signature asks for the password again and keeps what was signed with its hash; ``synthesis.verification`` says
whether the record still is what was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from synthesis import access, signed_content
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import CarbonizationRun, Role, Sample, Signature
from synthesis.review_rules import (
    LEAST,
    LOCKING,
    Meaning,
    confirm,
    makers,
    meaning_of,
    moment,
    name_of,
    require_finished,
    require_manager_for_own_work,
    require_order,
)
from synthesis.signed_content import Subject, add_content

__all__ = [
    "LOCKING",
    "Meaning",
    "Signed",
    "Subject",
    "add_content",
    "confirm",
    "of",
    "reopen",
    "require_open",
    "sign",
    "standing",
]


class Signed(Refusal):
    """The record is signed; it is opened again before it is changed."""

    status = 409
    code = "signed"


@transaction.atomic
def sign(subject: Subject, meaning: str, by: Actor, password: str, reason: str = "") -> Signature:
    """Signs what the record says now. Performed, reviewed and approved lock it until it is opened again."""
    wanted = meaning_of(meaning)
    access.require_change(by, subject.project, LEAST[wanted])
    person = confirm(by, password)
    locked = _locked(subject)
    before = standing(locked)
    same = wanted is Meaning.REVIEWED and person.pk in makers(locked, before)
    if wanted in LOCKING:
        require_finished(locked)
        require_order(wanted, person, before, locked)
    if wanted is Meaning.DECIDED and not reason.strip():
        raise Refusal(_("A decision is signed with its reason."), field="reason")
    if same:
        require_manager_for_own_work(person, locked)
    made = _write(locked, wanted, person, reason, same=same)
    if wanted in LOCKING and locked.signed_at is None:
        _set_signed(locked, timezone.now())
        subject.signed_at = locked.signed_at
    return made


@transaction.atomic
def reopen(subject: Subject, by: Actor, password: str, reason: str) -> Signature:
    """Opens a signed record again, as one who signed it or as a manager, with the reason; the signatures stay."""
    access.require_change(by, subject.project)
    person = confirm(by, password)
    locked = _locked(subject)
    if locked.signed_at is None:
        raise Refusal(_("%(code)s is open already: nobody signed it.") % {"code": locked.code}, status=409)
    signers = {signature.created_by_id for signature in standing(locked)}
    if person.pk not in signers and not access.may(person, locked.project, Role.MANAGER):
        raise NotAllowed(_("Only who signed %(code)s, or a manager, opens it again.") % {"code": locked.code})
    if not reason.strip():
        raise Refusal(_("Say why the review is opened again; the reason is kept."), field="reason")
    made = _write(locked, Meaning.REOPENED, person, reason)
    _set_signed(locked, None)
    subject.signed_at = None
    return made


def of(subject: Subject) -> list[Signature]:
    """All signatures on a record, oldest first."""
    mine = {"run": subject.pk} if isinstance(subject, CarbonizationRun) else {"sample": subject.pk}
    return list(Signature.objects.filter(**mine).select_related("created_by").order_by("pk"))


def standing(subject: Subject, signatures: Sequence[Signature] | None = None) -> list[Signature]:
    """The signatures that lock it: those since it was last opened again."""
    found: list[Signature] = []
    for signature in of(subject) if signatures is None else signatures:
        if signature.meaning == Meaning.REOPENED:
            found = []
        elif signature.meaning in LOCKING:
            found.append(signature)
    return found


def require_open(subject: Subject, field: str = "") -> None:
    """Raises Signed where the record is locked, with who signed it when."""
    if subject.signed_at is None:
        return
    last = next(iter(reversed(standing(subject))), None)
    if last is None:
        who = _("signed on %(at)s") % {"at": moment(subject.signed_at)}
    else:
        who = _("signed by %(name)s on %(at)s") % {
            "name": name_of(last.created_by),
            "at": moment(last.created_at),
        }
    raise Signed(
        _("%(code)s is locked, %(who)s. Open the review again before it is changed.")
        % {"code": subject.code, "who": who},
        field=field,
    )


def _locked(subject: Subject) -> Subject:
    """The row as it is now, held against every change and every new input until the signature stands."""
    held: Any = _rows(subject).select_for_update(of=("self",)).select_related("project")
    found: Subject = held.get(pk=subject.pk)
    return found


def _write(
    subject: Subject, meaning: Signature.Meaning, person: User, reason: str, *, same: bool = False
) -> Signature:
    content = signed_content.of(subject)
    statement = str(meaning.label)
    if same:
        statement = _("%(statement)s (by the same person who made it)") % {"statement": statement}
    return Signature.objects.create(
        sample=subject if isinstance(subject, Sample) else None,
        run=subject if isinstance(subject, CarbonizationRun) else None,
        meaning=meaning,
        statement=statement,
        reason=reason.strip(),
        content=content,
        sha256=signed_content.digest(content),
        created_by=person,
    )


def _set_signed(subject: Subject, at: datetime | None) -> None:
    _rows(subject).filter(pk=subject.pk).update(signed_at=at)
    subject.signed_at = at


def _rows(subject: Subject) -> Any:
    return (CarbonizationRun if isinstance(subject, CarbonizationRun) else Sample)._default_manager.all()
