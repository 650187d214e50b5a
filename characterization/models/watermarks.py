"""How far a sweep has looked through a history that only grows."""

from __future__ import annotations

from django.db import models


class Watermark(models.Model):
    """Everything up to ``event`` was looked at by the sweep of this name."""

    name = models.CharField(max_length=40, primary_key=True)
    event = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.event}"
