"""A raw file, never changed and never trusted, and the job that reads it: a row that people can see."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from synthesis.models import CarbonizationRun, Instrument, Project, Sample
from synthesis.records import Record, tracked


@tracked()
class RawFile(Record):
    """The bytes stand in the blob store under ``sha256``; the same bytes in one project are one file.

    It is of a sample or of a furnace run, or of neither yet. What came as a ``document`` is kept and never read.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("size (bytes)"))
    name = models.CharField(_("name"), max_length=255)
    sample = models.ForeignKey(
        Sample,
        verbose_name=_("sample"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
    )
    instrument = models.ForeignKey(
        Instrument,
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
    )
    run = models.ForeignKey(
        CarbonizationRun,
        verbose_name=_("furnace run"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=8,
        choices=(("data", _("data")), ("document", _("document"))),
        default="data",
        editable=False,
    )
    technique = models.CharField(_("technique"), max_length=20, blank=True)
    source_path = models.CharField(_("path on the instrument"), max_length=1000, blank=True)
    started_at = models.DateTimeField(_("measured"), null=True, blank=True)
    simulated = models.BooleanField(_("simulated"), default=False, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = (
            models.UniqueConstraint(fields=("project", "sha256"), name="same_bytes_once"),
            models.CheckConstraint(
                condition=Q(sample__isnull=True) | Q(run__isnull=True), name="file_of_sample_or_run"
            ),
        )
        indexes = (models.Index(fields=("project", "-id"), name="file_list"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/files/{self.pk}/"

    @property
    def owner(self) -> Sample | CarbonizationRun | None:
        return self.sample or self.run


class JobState(models.TextChoices):
    RECEIVED = "received", _("received")
    READING = "reading", _("reading")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    UNMATCHED = "unmatched", _("unmatched")
    NEEDS_MAPPING = "needs mapping", _("needs mapping")


class Job(models.Model):
    """The truth about a file's reading; the broker is only a doorbell.

    A worker claims the row by setting ``holder`` and a lease that it renews; a lease that runs out puts the job
    back. ``attempts`` counts claims, ``reader_deaths`` those in which the reader process died: the third is a failure.
    """

    file = models.OneToOneField(RawFile, on_delete=models.CASCADE, related_name="job")
    state = models.CharField(_("state"), max_length=16, choices=JobState.choices, default=JobState.RECEIVED)
    holder = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reader_deaths = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    error_hint = models.TextField(blank=True)
    columns = models.JSONField(_("titles of an unknown table"), default=list, blank=True)
    reader_name = models.CharField(max_length=60, blank=True)
    reader_version = models.CharField(max_length=20, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error_message=""), name="failed_with_a_sentence"
            ),
        )
        indexes = (
            models.Index(
                fields=("updated_at",), condition=Q(state__in=("received", "reading")), name="job_open"
            ),
            models.Index(fields=("state", "-id"), name="job_state"),
        )

    def __str__(self) -> str:
        return f"{self.file}: {self.state}"


class JobEvent(models.Model):
    """One line of a file's timeline, by the database's clock."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=16, choices=JobState.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.state} {self.note}"


class WorkerPulse(models.Model):
    """When a worker was last heard from."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
