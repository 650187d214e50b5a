"""Papers that belong to a thing: a safety data sheet, a certificate, a photo. Kept as they came, never read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from characterization.models.files import RawFile
from synthesis.models import CarbonizationRun, Instrument, Material, Sample
from synthesis.records import Record, tracked

_OWNERS = ("material", "instrument", "sample", "run")


def _exactly_one() -> Q:
    """One of the owners is named and the others are not."""
    found = Q()
    for owner in _OWNERS:
        found |= Q(**{f"{name}__isnull": name != owner for name in _OWNERS})
    return found


@tracked()
class Document(Record):
    """The bytes are a file's. A newer edition names the one that it replaces; the older stays."""

    class Kind(models.TextChoices):
        SDS = "sds", _("safety data sheet")
        CERTIFICATE = "certificate", _("certificate")
        PHOTO = "photo", _("photo")
        OTHER = "other", _("other")

    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    title = models.CharField(_("title"), max_length=200)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, null=True, related_name="documents")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, null=True, related_name="documents")
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, null=True, related_name="documents")
    run = models.ForeignKey(CarbonizationRun, on_delete=models.PROTECT, null=True, related_name="documents")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="replaced_by"
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (
            models.CheckConstraint(condition=_exactly_one(), name="document_of_one_thing"),
            models.CheckConstraint(
                condition=Q(kind__in=("sds", "certificate", "photo", "other")), name="document_kind_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def owner(self) -> Material | Instrument | Sample | CarbonizationRun:
        found = self.material or self.instrument or self.sample or self.run
        assert found is not None  # noqa: S101  # narrows the type of what a constraint holds
        return found
