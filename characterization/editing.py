"""This floor's records that have a history: files and measurements, which are attached and read, not edited by hand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from characterization.models import Measurement, RawFile
from synthesis.record_kinds import RecordKind, register


def register_all() -> None:
    register(RecordKind("file", RawFile, _("file")))
    register(RecordKind("measurement", Measurement, _("measurement")))
