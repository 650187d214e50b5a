"""What people said that the columns of tables are, remembered for files like them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from synthesis.models import Project
from synthesis.records import Record, tracked


@tracked()
class ColumnMapping(Record):
    """One naming per project and header. ``signature`` is a sha256 of the titles, or of one file where it has none.

    ``columns`` has [quantity, unit] or null for each column; ``told`` what the file does not say (laser line …).
    A renaming raises ``version``, which stands in the version of the reader.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="column_mappings")
    signature = models.CharField(max_length=64, editable=False)
    titles = models.JSONField(_("titles"))
    technique = models.CharField(_("technique"), max_length=20)
    columns = models.JSONField(_("columns"))
    told = models.JSONField(_("told"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("naming of columns")
        verbose_name_plural = _("namings of columns")
        constraints = (models.UniqueConstraint(fields=("project", "signature"), name="columns_named_once"),)

    def __str__(self) -> str:
        return f"{self.technique}: {', '.join(self.titles)}"[:200]
