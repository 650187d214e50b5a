"""A study: a question and the cells that answer it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cells.models import Cell, Study
from synthesis import access
from synthesis.access import Actor

MOST_CELLS = 500


class StudyForm(forms.ModelForm[Study]):
    """The cells to choose from are those of the projects that the person may see."""

    class Meta:
        model = Study
        fields = ("project", "name", "reference_cycle", "note", "cells")
        widgets: ClassVar = {"cells": forms.CheckboxSelectMultiple, "note": forms.Textarea(attrs={"rows": 2})}
        labels: ClassVar = {"name": _("Question")}

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = access.editable_projects(actor)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]  # a ModelChoiceField by the model
        self.fields["project"].initial = projects.first()
        visible = access.visible(Cell.objects.all(), actor).order_by("group", "-pk")
        self.fields["cells"].queryset = visible  # type: ignore[attr-defined]  # a ModelMultipleChoiceField by the model
        self._shown = list(visible[:MOST_CELLS])

    @property
    def cell_list(self) -> list[dict[str, Any]]:
        """The cells to choose from, by additive, each with whether it is ticked."""
        values = self["cells"].value() or []
        ticked = {str(getattr(value, "pk", value)) for value in values}
        return [
            {
                "pk": c.pk,
                "code": c.code,
                "group": c.group,
                "left_out": c.left_out,
                "ticked": str(c.pk) in ticked,
            }
            for c in self._shown
        ]
