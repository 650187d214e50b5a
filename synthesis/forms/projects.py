"""Projects and who belongs to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis.errors import Refusal
from synthesis.models import Membership, Project, Role


class ProjectForm(forms.ModelForm[Project]):
    class Meta:
        model = Project
        fields = ("name", "description")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        slug = slugify(name)[:60]
        if not slug or Project.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("Another project is called so or nearly so. Choose a name that differs.")
            )
        self.instance.slug = self.instance.slug or slug
        return name


class MemberForm(forms.Form):
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)

    def clean_username(self) -> Any:
        name = self.cleaned_data["username"]
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                _("Nobody is called %(name)s. An administrator can make the account first.") % {"name": name}
            )
        return user

    def save(self, project: Project, by: Any) -> Membership:
        """Admits the person or changes their role. Raises Refusal where that takes the last manager away."""
        user, role = self.cleaned_data["username"], self.cleaned_data["role"]
        managers = project.memberships.filter(role=Role.MANAGER)
        if role != Role.MANAGER and managers.exists() and not managers.exclude(user=user).exists():
            raise Refusal(
                _("%(user)s is the last manager. Make somebody else a manager first.") % {"user": user}
            )
        membership, _made = Membership.objects.update_or_create(
            project=project,
            user=user,
            defaults={"role": role},
            create_defaults={"role": role, "created_by_id": by.pk},
        )
        return membership
