"""A manager's leave to use once what is on hold or rejected. Without it the ledger refuses the use."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.gates import HELD, LONGEST_REASON
from synthesis.models import GateDecision, LedgerEntry, Sample, UseAllowance
from synthesis.models.samples import State


class OnHold(Refusal):
    """What is on hold or rejected may not be used; a manager can allow one use."""

    status = 409
    code = "on_hold"


def require_usable(sample: Sample, field: str) -> None:
    """Raises OnHold for a held sample whose next use nobody allowed."""
    if sample.state not in HELD or _open(sample) is not None:
        return
    link = (f"{sample.get_absolute_url()}allow/", _("Allow this use of %(code)s") % {"code": sample})
    raise OnHold(
        _("%(what)s. A manager can allow this use; the reason is recorded.") % {"what": said(sample)},
        field=field,
        link=link,
    )


def spend(sample: Sample, entry: LedgerEntry) -> LedgerEntry:
    """Uses up the allowance of a held sample on this use. The caller holds the sample's row."""
    allowance = _open(sample) if sample.state in HELD else None
    if allowance is not None:
        allowance.spent_on = entry
        allowance.save(update_fields=["spent_on"])
    return entry


@transaction.atomic
def allow(sample: Sample, by: AbstractBaseUser, reason: str) -> UseAllowance:
    """Allows the next use of a held sample, once."""
    locked = Sample.objects.select_for_update(no_key=True).get(pk=sample.pk)
    if locked.state not in HELD:
        raise Refusal(
            _("%(sample)s is not on hold: it can be used as it is.") % {"sample": locked}, status=409
        )
    if not reason.strip():
        raise Refusal(_("Say why this use is allowed; the reason stays with what is made."), field="reason")
    if _open(locked) is not None:
        raise Refusal(
            _("One use of %(sample)s is allowed already and has not been made yet.") % {"sample": locked},
            status=409,
        )
    return UseAllowance.objects.create(
        sample=locked, reason=reason.strip()[:LONGEST_REASON], created_by_id=by.pk
    )


def said(sample: Sample) -> str:
    """ "CCA-0058 is on hold (I_D/I_G 1.09, limit 1.00)"."""
    why = reasons_of([sample.pk]).get(sample.pk, "")
    state = _("on hold") if sample.state == State.HOLD else _("rejected")
    words = _("%(sample)s is %(state)s (%(why)s)") if why else _("%(sample)s is %(state)s")
    return words % {"sample": sample, "state": state, "why": why}


def reasons_of(samples: Collection[int]) -> dict[int, str]:
    """Why each of these samples stands as it does: the reason of its newest decision."""
    newest = (
        GateDecision.objects.filter(sample__in=samples).order_by("sample_id", "-id").distinct("sample_id")
    )
    return {sample: reason for sample, reason in newest.values_list("sample_id", "reason") if reason}


def allowed_among(samples: Collection[int]) -> set[int]:
    """Those of the samples whose next use is allowed."""
    found = UseAllowance.objects.filter(sample__in=samples, spent_on__isnull=True)
    return set(found.values_list("sample_id", flat=True))


def _open(sample: Sample) -> UseAllowance | None:
    return UseAllowance.objects.filter(sample=sample.pk, spent_on__isnull=True).first()
