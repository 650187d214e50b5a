"""What belongs to a person's desk: searches kept, and what a tablet sent, so that nothing is recorded twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked


@tracked()
class SavedSearch(Record):
    """A search under a name: of one person, or of everybody in ``project``."""

    name = models.CharField(_("name"), max_length=120)
    query = models.CharField(_("search"), max_length=400)
    project = models.ForeignKey(
        "synthesis.Project",
        verbose_name=_("shared with"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="searches",
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = (
            models.UniqueConstraint(fields=("created_by", "name"), name="search_named_once_per_person"),
        )

    def __str__(self) -> str:
        return self.name


class Submission(Record):
    """One form that a browser sent under a key of its own; the same key again is answered with the same ``address``."""

    key = models.UUIDField(unique=True, editable=False)
    path = models.CharField(max_length=200)
    address = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.key} {self.address}"
