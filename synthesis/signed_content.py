"""What a signature is about: the record as plain data, always written in the same way, and the hash of that.

Numbers are texts with every digit that is stored, times are in UTC, and keys are sorted, so that the same record
gives the same bytes on every machine and in every language. A column's name carries its unit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import Field, Model, Q

from synthesis.models import Boat, CarbonizationRun, LedgerEntry, ProgrammeSegment, Sample

Subject: TypeAlias = Sample | CarbonizationRun
Content = dict[str, Any]
Provider = Callable[[Subject], Mapping[str, Any]]

FORM = "1"
"""Which way of writing the content this is: a later one may hold more."""
MOVES = {
    "id",
    "sample_ptr",
    "state",
    "place",
    "location",
    "amount_made",
    "amount_left",
    "signed_at",
    "planned",
    "reasons",
    "left_out",
    "left_out_reason",
}
"""Not among the signed fields: where it stands, what is left of it and the verdict on it change after signing;
plan and reasons stand beside the fields, what was made stands with its entries."""
_PROVIDERS: list[Provider] = []


def add_content(provider: Provider) -> Provider:
    """Registers what another floor knows of a subject: name -> {key: value}. Usable as a decorator.

    What is new under such a name after a signature was added since; what is gone or different was changed.
    """
    _PROVIDERS.append(provider)
    return provider


def of(subject: Subject) -> Content:
    """All that a signature on this record is about, as it stands in the database now."""
    content = _of_run(subject) if isinstance(subject, CarbonizationRun) else _of_sample(subject)
    more = {name: plain(values) for provider in _PROVIDERS for name, values in provider(subject).items()}
    return content | {"more": more}


def canonical(content: Content) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(content: Content) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def _of_sample(sample: Sample) -> Content:
    own = type(sample.own)
    fresh: Sample = own._default_manager.select_related("project", "created_by").get(pk=sample.pk)
    making = LedgerEntry.objects.filter(
        Q(product=sample.pk) | Q(sample=sample.pk, kind=LedgerEntry.Kind.MAKE)
    ).select_related("sample")
    entries = sorted(making, key=lambda entry: entry.pk)
    return {
        "form": FORM,
        "record": _fields(fresh),
        "planned": plain(fresh.planned),
        "reasons": plain(fresh.reasons),
        "made": [_entry(entry) for entry in entries if entry.product_id is None],
        "inputs": [_entry(entry) for entry in entries if entry.product_id is not None],
    }


def _of_run(run: CarbonizationRun) -> Content:
    fresh = CarbonizationRun.objects.select_related("project", "created_by").get(pk=run.pk)
    boats = fresh.boats.select_related("source", "additive").order_by("number")
    return {
        "form": FORM,
        "record": _fields(fresh),
        "planned": plain(fresh.planned),
        "reasons": plain(fresh.reasons),
        "segments": [_segment(segment) for segment in fresh.segments.order_by("number")],
        "boats": [_boat(boat) for boat in boats],
    }


def _fields(record: Model) -> dict[str, str]:
    return {
        field.name: _value(record, field) for field in record._meta.concrete_fields if field.name not in MOVES
    }


def _value(record: Model, field: Field[Any, Any]) -> str:
    value = getattr(record, field.name) if field.is_relation else getattr(record, field.attname)
    return str(plain(value))


def _entry(entry: LedgerEntry) -> dict[str, str]:
    return {
        "sample": entry.sample.code,
        "amount": str(plain(entry.delta)),
        "unit": entry.sample.unit,
        "role": entry.role,
        "entered": entry.entered,
        "reason": entry.reason,
    }


def _segment(segment: ProgrammeSegment) -> dict[str, str]:
    names = ("from_degC", "to_degC", "rate_degC_per_min", "hold_h")
    return {"number": str(segment.number)} | {name: str(plain(getattr(segment, name))) for name in names}


def _boat(boat: Boat) -> dict[str, str]:
    return {
        "number": str(boat.number),
        "source": boat.source.code,
        "additive": boat.additive.code,
        "mass_in_g": str(plain(boat.mass_in_g)),
        "mass_out_g": str(plain(boat.mass_out_g)),
    }


def plain(value: Any) -> Any:
    """The one way in which a value is written: texts, and lists and mappings of texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return next((write(value) for kinds, write in _WRITTEN if isinstance(value, kinds)), str(value))


_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda value: ""),
    (bool, lambda value: "true" if value else "false"),
    (Decimal, lambda value: format(value.normalize() if value else Decimal(0), "f")),
    (float, lambda value: repr(value + 0.0)),
    (datetime, lambda value: value.astimezone(UTC).isoformat()),
)
