"""What a manager decides about a product: pass, hold or reject, with the reason; a rejection is signed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from synthesis import access, gates, reviews
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.gates import Check
from synthesis.models import GateDecision, Role, Sample, Signature, Verdict
from synthesis.models.samples import State

_STATES = {Verdict.HOLD: State.HOLD, Verdict.REJECT: State.REJECTED}


@transaction.atomic
def decide(sample: Sample, verdict: str, by: Actor, reason: str = "", password: str = "") -> GateDecision:
    """Writes a manager's verdict with the checks as they stand now. With a password it is signed; a rejection must be.

    Raises Refusal beside ``verdict``, ``reason`` or ``password``.
    """
    access.require_change(by, sample.project, Role.MANAGER)
    locked = Sample.objects.select_for_update(no_key=True).select_related("project").get(pk=sample.pk)
    wanted = _known(verdict)
    checks = gates.check(locked)
    _require_reason(wanted, reason.strip(), checks)
    if wanted == Verdict.PASS:
        _require_figures(checks)
    decision = GateDecision(
        verdict=wanted,
        reason=reason.strip()[: gates.LONGEST_REASON],
        checks=gates.stored(checks),
        created_by_id=by.pk,
        signature=_signed(locked, wanted, by, reason, password),
    )
    state = _state_after(locked, wanted)
    gates.enter(locked, decision, state)
    sample.state = state
    return decision


def require_open_way(before: str, after: str, code: str) -> None:
    """Raises Refusal where a state is written past the gate: to or from hold and reject leads only a decision."""
    if before != after and {before, after} & {str(state) for state in gates.HELD}:
        raise Refusal(
            _(
                "%(code)s is put on hold, rejected and released by a decision with its reason: "
                "POST samples/%(code)s/decisions/ with verdict (pass, hold, reject) and reason."
            )
            % {"code": code or "CODE"},
            field="state",
            code="needs_decision",
            status=409,
        )


def _known(verdict: str) -> Verdict:
    if verdict not in Verdict.values:
        raise Refusal(
            _("‘%(verdict)s’ is no verdict. Choose pass, hold or reject.") % {"verdict": verdict},
            field="verdict",
        )
    return Verdict(verdict)


def _require_reason(verdict: Verdict, reason: str, checks: list[Check]) -> None:
    if reason:
        return
    if verdict != Verdict.PASS:
        raise Refusal(_("Say why: a hold or a rejection keeps its reason."), field="reason")
    missed = [one.missed for one in checks if one.fits is False]
    if missed:
        raise Refusal(
            _("%(missed)s. Say why it passes all the same.") % {"missed": "; ".join(missed)}, field="reason"
        )


def _require_figures(checks: list[Check]) -> None:
    lacking = [one.label for one in checks if one.required and one.fits is None]
    if lacking:
        raise Refusal(
            _("Not measured yet: %(figures)s. A pass needs it; put the sample on hold until then.")
            % {"figures": ", ".join(lacking)},
            field="verdict",
            status=409,
        )


def _signed(sample: Sample, verdict: Verdict, by: Actor, reason: str, password: str) -> Signature | None:
    if verdict != Verdict.REJECT and not password:
        return None
    why = reason.strip() or _("All that is limited fits.")
    return reviews.sign(sample, Signature.Meaning.DECIDED, by, password, why)


def _state_after(sample: Sample, verdict: Verdict) -> Any:
    if verdict != Verdict.PASS:
        return _STATES[verdict]
    if sample.state not in gates.HELD:
        return sample.state
    return State.AVAILABLE if sample.amount_made else State.IN_PROGRESS
