"""Who may sign, with what meaning, in which order; and the password that a signature asks for again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Role, Sample, Signature
from synthesis.models.samples import State
from synthesis.signed_content import Subject

Meaning = Signature.Meaning
LOCKING = (Meaning.PERFORMED, Meaning.REVIEWED, Meaning.APPROVED)
LEAST = {
    Meaning.PERFORMED: Role.EDITOR,
    Meaning.REVIEWED: Role.EDITOR,
    Meaning.APPROVED: Role.MANAGER,
    Meaning.DECIDED: Role.MANAGER,
}


def confirm(by: Actor, password: str) -> User:
    """The person who signs, having given the password again. Raises Refusal beside ``password``."""
    if not isinstance(by, User):
        raise NotAllowed(_("An instrument cannot sign. A person does, with the password of the account."))
    if not by.has_usable_password():
        raise Refusal(
            _("Your account has no password here, and a signature needs one. An administrator can set it."),
            field="password",
            code="no_password",
        )
    if not password:
        raise Refusal(_("A signature needs your password."), field="password", code="password_missing")
    found = authenticate(username=by.get_username(), password=password)
    if found is None or found.pk != by.pk:
        raise Refusal(
            _("This is not the password of %(name)s. Nothing was signed.") % {"name": by.get_username()},
            field="password",
            code="wrong_password",
        )
    return by


def meaning_of(text: str) -> Signature.Meaning:
    offered = [meaning for meaning in Meaning if meaning is not Meaning.REOPENED]
    if text not in offered:
        raise Refusal(
            _("‘%(text)s’ is no meaning of a signature. Choose: %(known)s.")
            % {"text": text, "known": ", ".join(offered)},
            field="meaning",
        )
    return Meaning(text)


def makers(subject: Subject, signatures: Sequence[Signature]) -> set[int | None]:
    performed = {one.created_by_id for one in signatures if one.meaning == Meaning.PERFORMED}
    return performed or {subject.created_by_id}


def require_finished(subject: Subject) -> None:
    if isinstance(subject, Sample) and subject.state == State.IN_PROGRESS:
        raise Refusal(
            _("%(code)s is still in progress. Record its yield, then sign.") % {"code": subject.code},
            status=409,
        )


def require_order(
    wanted: Signature.Meaning, person: User, before: Sequence[Signature], subject: Subject
) -> None:
    for signature in before:
        if signature.meaning == wanted and signature.created_by_id == person.pk:
            raise Refusal(
                _("You signed %(code)s with this meaning on %(at)s.")
                % {"code": subject.code, "at": moment(signature.created_at)},
                field="meaning",
                status=409,
            )
    if wanted is Meaning.APPROVED and not any(one.meaning == Meaning.REVIEWED for one in before):
        raise Refusal(
            _("%(code)s was not reviewed yet. It is approved after somebody has signed it as reviewed.")
            % {"code": subject.code},
            field="meaning",
            status=409,
        )


def require_manager_for_own_work(person: User, subject: Subject) -> None:
    if not access.may(person, subject.project, Role.MANAGER):
        raise NotAllowed(
            _(
                "You made %(code)s, so somebody else reviews it. A manager may review their own work; it is then said."
            )
            % {"code": subject.code},
            field="meaning",
        )


def name_of(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else _("the system")


def moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")
