"""Forms of equipment: what it is, and a check that was done."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, equipment
from synthesis.models import EquipmentCheck, Instrument, Project


class EquipmentForm(forms.ModelForm[Instrument]):
    retired = forms.BooleanField(label=gettext_lazy("No longer in use"), required=False)

    class Meta:
        model = Instrument
        fields = ("name", "model", "technique", "project", "checked_every_days", "time_zone")
        help_texts: ClassVar[dict[str, Any]] = {
            "technique": gettext_lazy(
                "What it measures: xrd, xps, cycling … Empty for a furnace or a balance."
            ),
        }

    def __init__(self, *args: Any, actor: access.Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.fields["retired"].initial = self.instance.retired_at is not None
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101  # narrows the type
        project.queryset = self._projects()
        project.empty_label = _("shared by all projects")

    def _projects(self) -> Any:
        own = equipment.managed_projects(self.actor)
        return Project.objects.filter(Q(pk__in=own.values("pk")) | Q(pk=self.instance.project_id)).order_by(
            "name"
        )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"].strip()
        if name and name not in zoneinfo.available_timezones():
            raise forms.ValidationError(
                _("‘%(name)s’ is no time zone. Write it as Europe/Berlin or Asia/Shanghai.") % {"name": name}
            )
        return name

    def clean_project(self) -> Project | None:
        """What is shared stays the administration's to hand out."""
        project: Project | None = self.cleaned_data["project"]
        new = self.instance._state.adding
        if (
            project is None
            and (new or self.instance.project_id)
            and not getattr(self.actor, "is_superuser", False)
        ):
            raise forms.ValidationError(
                _("Equipment of all projects is set up by the administration. Choose one of your projects.")
            )
        return project

    def save(self, commit: bool = True) -> Instrument:
        if not self.cleaned_data["retired"]:
            self.instance.retired_at = None
        elif self.instance.retired_at is None:
            self.instance.retired_at = timezone.now()
        if self.instance._state.adding:
            self.instance.created_by_id = self.actor.pk
        return super().save(commit)


class CheckForm(forms.ModelForm[EquipmentCheck]):
    class Meta:
        model = EquipmentCheck
        fields = ("kind", "done_at", "passed", "valid_until", "done_by", "note")
        widgets: ClassVar[dict[str, Any]] = {
            "done_at": forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
            "valid_until": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["done_at"].required = False
        self.initial["done_at"] = timezone.localtime()
        every = self.instance.instrument.checked_every_days
        if every is not None:
            self.fields["valid_until"].help_text = _("Empty: %(days)s days from the check.") % {"days": every}

    def clean_done_at(self) -> Any:
        return self.cleaned_data["done_at"] or timezone.now()


def offer_equipment(field: forms.Field, actor: access.Actor) -> None:
    """Offers what stands in one's projects and what is shared, as long as it is in use."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # narrows the type
    field.queryset = access.visible_instruments(actor).filter(retired_at__isnull=True).order_by("name")
    field.required = False
