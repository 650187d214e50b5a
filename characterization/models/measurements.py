"""One measured table of a file, its points in Parquet, its meaning here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from characterization.models.files import RawFile
from synthesis.models import CarbonizationRun, Instrument, Project, Sample
from synthesis.records import Record, tracked


@tracked(exclude=("meta", "columns"))
class Measurement(Record):
    """``part`` tells the tables of one file apart. A newer reader's table is a new row; the old stays, not ``current``.

    ``table_sha256`` and ``overview_sha256`` name Parquet files in the blob store; ``content_sha256`` is the hash of
    the table's values, equal for the same records in other bytes. ``columns`` is [{name, unit}].

    A history (``reader_name`` is CHAIN) is of no file: it joins the measurements of a sample that its ``pieces`` name.
    """

    CHAIN = "chain"

    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, null=True, related_name="measurements")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="measurements")
    sample = models.ForeignKey(
        Sample, verbose_name=_("sample"), on_delete=models.PROTECT, null=True, related_name="measurements"
    )
    instrument = models.ForeignKey(
        Instrument,
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        null=True,
        related_name="measurements",
    )
    run = models.ForeignKey(
        CarbonizationRun,
        verbose_name=_("furnace run"),
        on_delete=models.PROTECT,
        null=True,
        related_name="measurements",
    )
    technique = models.CharField(_("technique"), max_length=20)
    part = models.CharField(_("part"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("started"), null=True)
    rows = models.BigIntegerField(_("rows"))
    columns = models.JSONField(default=list)
    meta = models.JSONField(default=dict)
    flags = models.JSONField(default=list)
    reader_name = models.CharField(max_length=60)
    reader_version = models.CharField(max_length=20)
    table_sha256 = models.CharField(max_length=64)
    overview_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64, db_index=True)
    current = models.BooleanField(default=True)
    simulated = models.BooleanField(_("simulated"), default=False, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = (
            models.UniqueConstraint(
                fields=("file", "part", "reader_name", "reader_version"), name="one_table_per_reading"
            ),
            models.UniqueConstraint(
                fields=("file", "part"), condition=Q(current=True), name="one_current_table_per_part"
            ),
            models.UniqueConstraint(
                fields=("sample",),
                condition=Q(current=True, reader_name="chain"),
                name="one_history_of_a_sample",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True, reader_name="chain")
                | Q(file__isnull=False) & ~Q(reader_name="chain"),
                name="only_a_history_has_no_file",
            ),
        )
        indexes = (
            models.Index(fields=("sample", "technique"), name="measurement_of_sample"),
            models.Index(fields=("project", "-id"), name="measurement_list"),
        )

    def __str__(self) -> str:
        return self.title or f"{self.technique} {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/measurements/{self.pk}/"

    @property
    def is_history(self) -> bool:
        return self.reader_name == self.CHAIN

    @property
    def owner(self) -> Sample | CarbonizationRun | None:
        return self.sample or self.run
