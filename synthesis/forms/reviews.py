"""Signing and opening again: the meaning, why, and the password once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from synthesis import access
from synthesis.models import Role
from synthesis.review_rules import LEAST, LOCKING
from synthesis.signed_content import Subject


def _password() -> forms.CharField:
    return forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class SignForm(forms.Form):
    """The meanings that this person's role allows."""

    meaning = forms.ChoiceField(label=_("What your signature means"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Remark"), max_length=500, required=False)
    password = _password()

    def __init__(self, *args: Any, subject: Subject, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        manages = access.may(actor, subject.project, Role.MANAGER)
        field = self.fields["meaning"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # narrows the type of the field declared above
        field.choices = [
            (meaning.value, meaning.label)
            for meaning in LOCKING
            if manages or LEAST[meaning] is not Role.MANAGER
        ]


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Why it is opened again"), max_length=500)
    password = _password()
