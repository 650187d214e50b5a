"""Whether a sample that was scanned is what a step asks for at that place: its kind, its material, its state."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from synthesis import allowances
from synthesis.gates import HELD
from synthesis.models import Material, MaterialLot, Sample
from synthesis.models.samples import Kind

# What rows are called where that differs from the kind's own name.
_KIND_OF = {
    "nanosponge": Kind.NANOSPONGE,
    "impregnated batch": Kind.IMPREGNATED,
    "freeze-dried batch": Kind.FREEZE_DRIED,
    "cathode": Kind.CATHODE,
    "lpsc": Kind.ELECTROLYTE,
    "cca": Kind.ADDITIVE,
}


def misfit(sample: Sample, role: str) -> str:
    """Why this sample does not belong there, as a sentence; "" where nothing speaks against it."""
    return _wrong_kind(sample, role) or _may_not_be_used(sample) or _used_up(sample)


def kind_of(role: str) -> Kind | None:
    """The kind of sample that a row of this name takes, where the name says it."""
    return _KIND_OF.get(role.strip().lower())


def _wrong_kind(sample: Sample, role: str) -> str:
    asked = role.strip()
    kind = kind_of(asked)
    if kind is not None and sample.kind not in (kind, Kind.LOT):
        return _("%(code)s is of the kind %(kind)s; here goes %(asked)s. Scan another.") % {
            "code": sample.code,
            "kind": sample.get_kind_display(),
            "asked": kind.label,
        }
    if kind is None and asked and _is_a_material(asked) and not _is_of(sample, asked):
        return _("%(code)s is %(name)s; here goes %(asked)s. Scan another.") % {
            "code": sample.code,
            "name": sample.name or sample.get_kind_display(),
            "asked": asked,
        }
    return ""


def _named(name: str) -> Q:
    return Q(name__iexact=name) | Q(short_name__iexact=name)


def _is_a_material(name: str) -> bool:
    return Material.objects.filter(_named(name)).exists()


def _is_of(sample: Sample, name: str) -> bool:
    """A lot of this material, or something that carries its name."""
    if name.lower() in sample.name.lower():
        return True
    materials = Material.objects.filter(_named(name))
    return MaterialLot.objects.filter(pk=sample.pk, material__in=materials).exists()


def _may_not_be_used(sample: Sample) -> str:
    if sample.state not in HELD or allowances.allowed_among([sample.pk]):
        return ""
    return _("%(code)s is on %(state)s. A manager can allow this use on its page.") % {
        "code": sample.code,
        "state": sample.get_state_display(),
    }


def _used_up(sample: Sample) -> str:
    if sample.amount_left > 0:
        return ""
    return _("Nothing is left of %(code)s. Scan another.") % {"code": sample.code}
