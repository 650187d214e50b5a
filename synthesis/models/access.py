"""Projects, who belongs to them, and tokens for instruments and scripts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


class Role(models.TextChoices):
    """In rising order of right: a viewer sees, an editor logs and changes, a manager also decides and admits."""

    VIEWER = "viewer", _("viewer")
    EDITOR = "editor", _("editor")
    MANAGER = "manager", _("manager")


@tracked()
class Project(Record):
    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return self.name


@tracked()
class Membership(Record):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project", "user"), name="one_role_per_person_and_project"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.project} · {self.role}"


@tracked(exclude=("last_used_at",))
class ApiToken(Record):
    """A bearer token. Only the sha256 of the secret is stored; the secret is shown once.

    A token acts for a person (``user``) or for an instrument, which may send files and read its own.
    """

    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="tokens"
    )
    instrument = models.ForeignKey(
        "synthesis.Instrument", on_delete=models.CASCADE, null=True, related_name="tokens"
    )
    expires_at = models.DateTimeField(_("expires"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, instrument__isnull=True)
                | Q(user__isnull=True, instrument__isnull=False),
                name="token_of_person_or_instrument",
            ),
        )

    def __str__(self) -> str:
        return self.name
