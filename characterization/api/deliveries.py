"""What comes with a file over REST, and the way it takes to the one door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from characterization import destination, intake
from characterization.instruments.base import Technique
from synthesis import access
from synthesis.access import Actor, InstrumentActor
from synthesis.api.fields import person
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Instrument, Sample

FORM_BYTES = 1_000_000
"""What the fields beside the file may add to a request."""


class WordsSerializer(serializers.Serializer[Any]):
    """What a sender says of a file. ``sha256`` is checked; where it disagrees nothing is kept."""

    sample = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    run = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    instrument = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    project = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    technique = serializers.ChoiceField(
        [one.value for one in Technique], required=False, allow_blank=True, default=""
    )
    source_path = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    sha256 = serializers.RegexField(r"^(?:[0-9a-fA-F]{64})?$", required=False, allow_blank=True, default="")


class DeliverySerializer(WordsSerializer):
    """``size`` (bytes) and ``sha256`` are what the sender says of the file; where they disagree nothing is kept."""

    file = serializers.FileField(
        allow_empty_file=True,
        max_length=1000,
        error_messages={
            "required": gettext_lazy("No whole file arrived. Send it as multipart form field ‘file’."),
            "invalid": gettext_lazy("No file arrived. Send it as multipart form field ‘file’."),
        },
    )
    size = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)


def refuse_too_large(request: Request) -> None:
    """Refuses by the announced length, before a byte of the body is read."""
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    most = settings.LABSYS_MAX_UPLOAD_BYTES
    if announced.isdecimal() and int(announced) > most + FORM_BYTES:
        raise Refusal(
            _("The file has %(size)s MB; at most %(most)s MB are taken. Nothing was kept.")
            % {"size": f"{int(announced) / 1e6:,.0f}", "most": f"{most / 1e6:,.0f}"},
            field="file",
            code="too_large",
            status=413,
        )


def delivered(actor: Actor, values: dict[str, Any]) -> intake.Receipt:
    """Finds sample, instrument and project of a validated delivery, and submits it."""
    upload: UploadedFile[Any] = values["file"]
    size = values["size"] if values["size"] is not None else upload.size
    return intake.submit(upload.chunks(), delivery_of(actor, values, upload.name or "", size))


def delivery_of(actor: Actor, values: dict[str, Any], name: str, size: int | None) -> intake.Delivery:
    """What an actor's words (``WordsSerializer``) mean. Raises Refusal or NotAllowed where they may not be said."""
    instrument = _instrument(actor, values["instrument"])
    sample = destination.sample_for(actor, values["sample"]) if values["sample"] else None
    run = _run(actor, values["run"], sample)
    project = destination.project_for_file(actor, sample or run, values["project"], instrument)
    if run is None:
        project, sample = destination.placed(actor, project, sample, name)
    return intake.Delivery(
        name=name,
        project=project,
        by=person(actor),
        instrument=instrument,
        sample=sample,
        run=run,
        technique=values["technique"],
        source_path=values["source_path"],
        started_at=values["started_at"],
        size=size,
        sha256=values["sha256"],
    )


def _run(actor: Actor, code: str, sample: Sample | None) -> CarbonizationRun | None:
    if code and sample is not None:
        raise Refusal(_("A file is of a sample or of a furnace run: leave one of them out."), field="run")
    return destination.run_for(actor, code) if code else None


def _instrument(actor: Actor, name: str) -> Instrument | None:
    if isinstance(actor, InstrumentActor):
        if name and name != actor.instrument.name:
            raise Refusal(
                _("This token is that of %(own)s, not of %(named)s.")
                % {"own": actor.instrument, "named": name},
                field="instrument",
            )
        return actor.instrument
    if not name:
        return None
    found = access.visible_instruments(actor).select_related("project").filter(name=name).first()
    if found is None:
        raise Refusal(
            _("There is no instrument ‘%(name)s’ that you may see.") % {"name": name}, field="instrument"
        )
    return found
