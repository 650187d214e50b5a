"""What can be asked with a colon (kind: additive, project: x) and of days (made after 2026-05-01)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from synthesis import access, groups
from synthesis.access import Actor
from synthesis.asking_tokens import span
from synthesis.errors import Refusal
from synthesis.models import Sample
from synthesis.models.samples import Kind, State
from synthesis.quantities import folded


@dataclass(frozen=True)
class Condition:
    """``said`` is how it was understood, for the chip; ``found`` the condition on a sample.

    ``kinds`` are those that it can hold for, None: any. ``any_of`` are the conditions of which ``found`` is one or the
    other, where it has been put together from several.
    """

    said: str
    found: Q
    kinds: frozenset[str] | None = None
    any_of: tuple[Q, ...] = ()


DAYS = {"made": "made_at", "logged": "created_at", "created": "created_at"}
WHEN = ("after", "since", "before", "until", "on", "in")
_COMPARED = {">": "after", ">=": "since", "<": "before", "<=": "until", "=": "on"}


def of_days(verb: str, when: str, text: str) -> Condition | None:
    """``made after 2026-05`` or ``made > 2026-05``; None where no day stands there."""
    found = span(text)
    if verb not in DAYS or found is None:
        return None
    first, later = found
    path, word = DAYS[verb], _COMPARED.get(when, when)
    wanted = {
        "after": Q(**{f"{path}__gte": later}),
        "since": Q(**{f"{path}__gte": first}),
        "before": Q(**{f"{path}__lt": first}),
        "until": Q(**{f"{path}__lt": later}),
    }.get(word, Q(**{f"{path}__gte": first, f"{path}__lt": later}))
    return Condition(f"{verb} {word} {text}", wanted)


def condition(key: str, value: str, actor: Actor) -> Condition | None:
    """The condition behind ``key: value``; None for a key that means nothing. Raises Refusal for an odd value."""
    find = _KEYS.get(key.casefold())
    return find(value, actor) if find else None


def is_key(key: str) -> bool:
    return key.casefold() in _KEYS


def _kind(value: str, actor: Actor) -> Condition:
    found = [kind for kind in Kind if _fits(value, kind.value, str(kind.label))]
    if not found:
        known = ", ".join(str(kind.label) for kind in Kind)
        raise Refusal(
            _("‘%(value)s’ is no kind of sample. Known: %(known)s.") % {"value": value, "known": known}
        )
    kinds = frozenset(kind.value for kind in found)
    return Condition(_or(str(kind.label) for kind in found), Q(kind__in=sorted(kinds)), kinds)


def _state(value: str, actor: Actor) -> Condition:
    found = [state for state in State if _fits(value, state.value, str(state.label))]
    if not found:
        known = ", ".join(str(state.label) for state in State)
        raise Refusal(_("‘%(value)s’ is no state. Known: %(known)s.") % {"value": value, "known": known})
    return Condition(_or(str(state.label) for state in found), Q(state__in=[state.value for state in found]))


def _group(value: str, actor: Actor) -> Condition:
    named = [name for name in groups.offered(actor) if folded(name) == folded(value)]
    return Condition(_("additive %(name)s") % {"name": _or(named) or value}, Q(group__in=named or [value]))


def _project(value: str, actor: Actor) -> Condition:
    wanted = folded(value)
    found = [
        project
        for project in access.visible_projects(actor)
        if wanted and (wanted in folded(project.name) or wanted == folded(project.slug))
    ]
    if not found:
        raise Refusal(_("No project of yours is called ‘%(name)s’.") % {"name": value})
    return Condition(
        _("project %(name)s") % {"name": _or(project.name for project in found)},
        Q(project__in=[project.pk for project in found]),
    )


def _by(value: str, actor: Actor) -> Condition:
    people = get_user_model().objects.annotate(whole=Concat("first_name", "last_name"))
    found = people.filter(Q(username__iexact=value) | Q(whole__icontains="".join(value.split())))
    return Condition(
        _("logged by %(name)s") % {"name": value},
        Q(created_by__in=list(found.values_list("pk", flat=True)[:50])),
    )


def _lot(value: str, actor: Actor) -> Condition:
    """The supplier's number; the search text finds it, the column says that it is one."""
    numbered = Q(materiallot__lot_number__icontains=value) | Q(carbonadditive__lot_number__icontains=value)
    ids = Sample.objects.filter(numbered, search_text__words__holds=value)
    return Condition(_("lot number %(number)s") % {"number": value}, Q(pk__in=ids.order_by().values("pk")))


def _column(name: str) -> Callable[[str, Actor], Condition]:
    def find(value: str, actor: Actor) -> Condition:
        label = Sample._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # a column, not a relation
        found = Q(search_text__words__holds=value) & Q(**{f"{name}__icontains": value})
        return Condition(f"{label}: {value}", found)

    return find


def _code(value: str, actor: Actor) -> Condition:
    return Condition(_("code %(code)s…") % {"code": value.upper()}, Q(code__startswith=value.upper()))


_KEYS: dict[str, Callable[[str, Actor], Condition]] = {
    "kind": _kind,
    "state": _state,
    "group": _group,
    "additive": _group,
    "project": _project,
    "by": _by,
    "lot": _lot,
    "code": _code,
    "name": _column("name"),
    "place": _column("place"),
    "note": _column("note"),
}


def _fits(value: str, name: str, label: str) -> bool:
    wanted = folded(value).split()
    said = f"{folded(name)} {folded(label)}".split()
    return bool(wanted) and all(any(part.startswith(word.rstrip("s")) for part in said) for word in wanted)


def _or(names: Iterable[str]) -> str:
    return _(" or ").join(names)
