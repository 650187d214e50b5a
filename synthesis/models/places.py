"""Where things stand: rooms, cabinets, shelves and slots as a tree. A slot with a capacity holds no more than that."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


@tracked()
class Place(Record):
    """``path`` is the name with all names above it, kept by ``synthesis.places``. ``capacity`` counts samples."""

    PREFIX: ClassVar[str] = "PL"

    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("stands in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
    )
    path = models.CharField(_("place"), max_length=400, db_index=True, editable=False)
    capacity = models.PositiveIntegerField(
        _("room for"), null=True, blank=True, help_text=_("How many samples. Empty: as many as fit.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ("path",)
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = (
            models.UniqueConstraint(fields=("parent", "name"), name="place_named_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="place_holds_something"
            ),
        )

    def __str__(self) -> str:
        return self.path or self.name

    @property
    def code(self) -> str:
        """As it stands on the place's label."""
        return f"{self.PREFIX}-{self.pk:04d}"

    def get_absolute_url(self) -> str:
        return f"/places/{self.code}/"
