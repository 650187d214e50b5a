"""What a laboratory adds to what its analyses know: phases, fit models, sensitivity factors, line widths."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.models import Instrument
from synthesis.records import Record, tracked


@tracked(exclude=("text", "content"))
class LibraryEntry(Record):
    """One version of an entry. A change is a new version; the older ones stay readable. None is current: retired.

    ``text`` is as somebody gave it, ``content`` what methods read of it. An entry belongs to no project.
    """

    class Kind(models.TextChoices):
        PHASES = "phases", _("crystal phases")
        XPS_MODELS = "xps_models", _("XPS fit models")
        XPS_SENSITIVITIES = "xps_sensitivities", _("XPS sensitivity factors")
        XRD_WIDTHS = "xrd_widths", _("XRD line widths")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(_("version"), default=1)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    content = models.JSONField(_("content"))
    source = models.CharField(_("source"), max_length=500)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    instrument = models.ForeignKey(
        Instrument,
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    current = models.BooleanField(_("current"), default=True)

    class Meta:
        ordering = ("kind", "name", "-version")
        verbose_name = _("library entry")
        verbose_name_plural = _("library entries")
        constraints = (
            models.UniqueConstraint(fields=("kind", "name", "version"), name="library_version_once"),
            models.UniqueConstraint(
                fields=("kind", "name"), condition=Q(current=True), name="one_current_library_version"
            ),
            models.CheckConstraint(
                condition=~Q(kind="xrd_widths") | Q(instrument__isnull=False), name="widths_of_an_instrument"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def get_absolute_url(self) -> str:
        return f"/library/{self.pk}/"
