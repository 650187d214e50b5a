"""A study: a question with the cells that answer it, compared by additive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cells.models.cells import Cell
from synthesis.records import Record, tracked


@tracked()
class Study(Record):
    project = models.ForeignKey(
        "synthesis.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="studies"
    )
    name = models.CharField(_("question"), max_length=200)
    cells = models.ManyToManyField(Cell, verbose_name=_("cells"), blank=True, related_name="studies")
    reference_cycle = models.PositiveIntegerField(_("reference cycle"), default=1)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("study")
        verbose_name_plural = _("studies")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/studies/{self.pk}/"
