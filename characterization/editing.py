"""This floor's records that have a history but are not edited: files and measurements; and what is signed of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from characterization import signed
from characterization.models import Measurement, RawFile
from synthesis.record_kinds import RecordKind, register
from synthesis.signed_content import add_content


def register_all() -> None:
    register(RecordKind("file", RawFile, _("file")))
    register(RecordKind("measurement", Measurement, _("measurement")))
    add_content(signed.content)
