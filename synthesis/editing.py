"""This floor's records that have a history and are edited, with the fields that their own forms log."""

from __future__ import annotations

from django import forms
from django.db.models import JSONField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from synthesis.forms import kinds
from synthesis.forms.furnace import RunForm
from synthesis.forms.materials import MaterialForm
from synthesis.models import (
    Boat,
    CarbonizationRun,
    EquipmentCheck,
    Instrument,
    Material,
    Membership,
    Place,
    ProgrammeSegment,
    Project,
    Protocol,
    ProtocolVersion,
    Role,
    SpecificationLimit,
)
from synthesis.record_kinds import Part, RecordKind, register

STAYS = ("project",)
"""A record stays in its project."""
FREE = ("place",)
"""Where a sample stands may change after it was signed."""
SAMPLES: tuple[type[forms.ModelForm], ...] = (  # type: ignore[type-arg]  # of all kinds
    kinds.LotForm,
    kinds.NanospongeForm,
    kinds.ImpregnationForm,
    kinds.FreezeDryingForm,
    kinds.AdditiveForm,
    kinds.ElectrolyteForm,
)


def logged(form: type[forms.ModelForm], *more: str) -> tuple[str, ...]:  # type: ignore[type-arg]  # of any record
    """The columns that a form logs and that may be corrected later; the note stands last."""
    columns = {column.name: column for column in form._meta.model._meta.fields}
    names = [name for name in (*(form._meta.fields or ()), *more) if name in columns and name not in STAYS]
    kept = [name for name in names if columns[name].editable and not isinstance(columns[name], JSONField)]
    kept.sort(key=lambda name: name == "note")
    return tuple(dict.fromkeys(kept))


def register_sample(form: type[forms.ModelForm], *more: str) -> None:  # type: ignore[type-arg]  # of any sample
    model = form._meta.model
    register(RecordKind(model.KIND, model, model._meta.verbose_name, logged(form, *more), free=FREE))


def register_all() -> None:
    for form in SAMPLES:
        register_sample(form, "equipment")
    for kind in _others():
        register(kind)


def _others() -> tuple[RecordKind, ...]:
    return (
        RecordKind(
            "furnace-run",
            CarbonizationRun,
            _("furnace run"),
            logged(RunForm, "equipment"),
            parts=(Part(ProgrammeSegment, "run_id", _("segment")), Part(Boat, "run_id", _("boat"))),
        ),
        RecordKind(
            "material",
            Material,
            _("material"),
            (*logged(MaterialForm), "low_stock_unit"),
            project="",
            page=lambda material: reverse("material-change", args=[material.pk]),
        ),
        RecordKind(
            "place",
            Place,
            _("place"),
            ("note",),
            project="",
            page=lambda place: reverse("place-change", args=[place.code]),
        ),
        RecordKind(
            "protocol",
            Protocol,
            _("protocol"),
            parts=(Part(ProtocolVersion, "protocol_id", _("version")),),
            home=lambda protocol: reverse("protocol", args=[protocol.pk]),
        ),
        RecordKind(
            "instrument",
            Instrument,
            _("instrument"),
            ("name", "model", "technique", "time_zone", "checked_every_days"),
            least=Role.MANAGER,
            parts=(Part(EquipmentCheck, "instrument_id", _("check")),),
            home=lambda instrument: reverse("equipment-page", args=[instrument.pk]),
            page=lambda instrument: reverse("equipment-change", args=[instrument.pk]),
        ),
        RecordKind(
            "limit",
            SpecificationLimit,
            _("specification limit"),
            least=Role.MANAGER,
            home=lambda limit: reverse("limits"),
        ),
        RecordKind(
            "project",
            Project,
            _("project"),
            ("name", "description"),
            project="id",
            least=Role.MANAGER,
            parts=(Part(Membership, "project_id", _("member")),),
            home=lambda project: reverse("project", args=[project.slug]),
        ),
    )
