"""What is searched: one folded text per sample, kept by PostgreSQL itself, and the words that occur in names.

The functions and triggers that keep them stand in ``synthesis.search_schema``. They are tables of their own because
a row of ``Sample`` changes with every booking, and an index over its words would have to be written again each time.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchText(models.Model):
    """Code, name, group, place, note and what the kind adds (lot number, supplier, material), folded."""

    sample = models.OneToOneField(
        "synthesis.Sample", on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    words = models.TextField()

    class Meta:
        indexes = (GinIndex(fields=("words",), name="search_text", opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.words


class SearchWord(models.Model):
    """A word that occurs in some name: what a mistyped one may have meant."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = (GinIndex(fields=("word",), name="search_word", opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.word
