"""A file that arrives in pieces: how much of it is on disk, whose it is, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from characterization.models.files import RawFile
from synthesis.models import Instrument

LIFE = timedelta(days=7)
"""How long an upload waits for its next piece."""


class Upload(models.Model):
    """``offset`` bytes of ``length`` are on disk, fsynced, before this row says so; the row never says more.

    Whoever began it owns it: a person or an instrument. ``key`` is the sender's own name for it, so that beginning
    twice is beginning once. ``metadata`` stands as the sender wrote it (tus: keys with values in base64).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="uploads"
    )
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, null=True, related_name="uploads")
    key = models.CharField(max_length=200, blank=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    metadata = models.TextField(blank=True)
    file = models.ForeignKey(RawFile, on_delete=models.CASCADE, null=True, related_name="uploads")
    duplicate = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, instrument__isnull=True)
                | Q(user__isnull=True, instrument__isnull=False),
                name="upload_of_person_or_instrument",
            ),
            models.CheckConstraint(
                condition=Q(offset__gte=0, offset__lte=F("length")), name="upload_within_its_length"
            ),
            models.UniqueConstraint(fields=("user", "key"), condition=~Q(key=""), name="persons_key_once"),
            models.UniqueConstraint(
                fields=("instrument", "key"), condition=~Q(key=""), name="instruments_key_once"
            ),
        )
        indexes = (models.Index(fields=("updated_at",), name="upload_age"),)

    def __str__(self) -> str:
        return f"{self.pk}: {self.offset} of {self.length} bytes"

    @property
    def is_whole(self) -> bool:
        return self.offset == self.length

    @property
    def expires_at(self) -> datetime:
        return self.updated_at + LIFE
