"""Review of a sample or a furnace run: who signed what, whether it still is that, signing and opening again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from synthesis import access, reviews, sample_parts
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.reviews import ReopenForm, SignForm
from synthesis.forms.rows import place_refusal
from synthesis.models import CarbonizationRun, Role, Sample
from synthesis.pages import page
from synthesis.review_notices import address_of, checked, sentences
from synthesis.signed_content import Subject
from synthesis.views.samples import sample_of


@sensitive_post_parameters("password")
@page
def review_sample(request: HttpRequest, code: str) -> HttpResponse:
    return _review(request, sample_of(request, code))


@sensitive_post_parameters("password")
@page
def review_run(request: HttpRequest, code: str) -> HttpResponse:
    runs = CarbonizationRun.objects.select_related("project", "created_by")
    return _review(request, access.get_visible(runs, request.user, code=code))


def _review(request: HttpRequest, subject: Subject) -> HttpResponse:
    may = access.may(request.user, subject.project, Role.EDITOR)
    form = SignForm(subject=subject, actor=request.user)
    opening = ReopenForm()
    status = 200
    if request.method == "POST":
        access.require_change(request.user, subject.project)
        if request.POST.get("do") == "reopen":
            opening = ReopenForm(request.POST)
            answer = _done(request, subject, opening)
        else:
            form = SignForm(request.POST, subject=subject, actor=request.user)
            answer = _done(request, subject, form)
        if isinstance(answer, HttpResponse):
            return answer
        status = answer
    context = {
        "subject": subject,
        "form": form,
        "opening": opening,
        "may_sign": may,
        "checked": checked(subject, request.user),
        "is_run": isinstance(subject, CarbonizationRun),
    }
    return render(request, "synthesis/review.html", context, status=status)


def _done(request: HttpRequest, subject: Subject, form: forms.Form) -> HttpResponse | int:
    """Signs or opens again; the status of the page that says what was wrong where it was refused."""
    if not form.is_valid():
        return 422
    values = form.cleaned_data
    try:
        if isinstance(form, ReopenForm):
            reviews.reopen(subject, request.user, values["password"], values["reason"])
            messages.success(request, _("%(code)s is open again.") % {"code": subject.code})
        else:
            reviews.sign(subject, values["meaning"], request.user, values["password"], values["reason"])
            messages.success(request, _("You signed %(code)s.") % {"code": subject.code})
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed) and not refusal.field:
            raise
        place_refusal(refusal, form)
        return refusal.status
    return redirect(address_of(subject))


def _may_sign(sample: Sample, actor: Actor) -> bool:
    return access.may(actor, sample.project, Role.EDITOR)


def _panel(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    found = checked(sample.own, request.user)
    return {"checked": found, "address": address_of(sample)} if found else None


sample_parts.act(
    sample_parts.Action(
        gettext_lazy("Review and sign"), "shield-check", "sample-review", order=20, shows=_may_sign
    )
)
sample_parts.notice(sentences)
sample_parts.show(sample_parts.Panel("synthesis/review_panel.html", _panel, order=80))
