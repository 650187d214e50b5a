"""What is searched: one folded text per sample, kept by PostgreSQL itself, and the words that occur in names.

The functions and triggers that keep them stand in the migration that made these tables. They are tables of their
own because a row of ``Sample`` changes with every booking, and an index over its words would be written again then.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchText(models.Model):
    """Code, name, group, place, note and what the kind adds (lot number, supplier, material), folded."""

    sample = models.OneToOneField(
        "synthesis.Sample", on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    kind = models.CharField(max_length=16, default="")
    project = models.ForeignKey(
        "synthesis.Project", on_delete=models.CASCADE, null=True, db_index=False, related_name="+"
    )
    words = models.TextField()

    class Meta:
        indexes = (
            GinIndex(fields=("words",), name="search_text", opclasses=("gin_trgm_ops",)),
            models.Index(fields=("kind", "project", "sample"), name="search_text_list"),
        )

    def __str__(self) -> str:
        return self.words


class SearchWord(models.Model):
    """A word that occurs in some name: what a mistyped one may have meant."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = (GinIndex(fields=("word",), name="search_word", opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.word


@models.TextField.register_lookup
class Holds(models.Lookup[str]):
    """``words__holds="Kühl"``: the text holds it, folded as the texts are.

    One or two letters have no trigram; they have to stand at the beginning of a word, so that the index still helps:
    the words inside of others ("cd" in "β-cd") stand once more at the end of the text.
    """

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        text, params = self.process_lhs(compiler, connection)
        asked = str(self.rhs).replace("\x00", "")
        if len(asked) < 3 and asked.isascii() and asked.isalnum():
            return f"{text} LIKE %s", [*params, f"% {asked.lower()}%"]
        for sign in ("\\", "%", "_"):
            asked = asked.replace(sign, "\\" + sign)
        return f"{text} LIKE '%%' || labsys_folded(%s) || '%%'", [*params, asked]
