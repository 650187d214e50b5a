"""What a history is made of, over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from characterization.models import Piece


class PieceSerializer(serializers.ModelSerializer[Piece]):
    """One file's table in a history: ``state`` says what became of it, ``by`` which measurement stands for it.

    ``from_s`` and ``to_s`` are in the time of the history, ``gap_s`` is the time without records before it.
    """

    file = serializers.PrimaryKeyRelatedField[Any](source="measurement.file", read_only=True)

    class Meta:
        model = Piece
        fields = (
            "measurement",
            "file",
            "state",
            "by",
            "rows",
            "begins_at",
            "from_s",
            "to_s",
            "gap_s",
            "overlap_s",
        )
