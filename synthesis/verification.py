"""Whether a record still is what was signed: each signature's content against its own hash and against today's.

A change behind the application's back, by whoever owns the database, is seen here: the hash was signed, printed and
handed out. What came after a signature and was not there when it was made (a new file, a new figure) is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField
from django.utils.translation import gettext as _

from synthesis import access, reviews, signed_content
from synthesis.access import Actor
from synthesis.models import Sample, Signature
from synthesis.review_rules import Meaning, name_of
from synthesis.signed_content import Subject
from synthesis.value_words import NOTHING, label_of, said

MOST_NAMED = 6


@dataclass(frozen=True)
class Deviation:
    label: str
    signed: str
    today: str


@dataclass(frozen=True)
class Checked:
    """A signature beside the record. ``whole``: its own content has its hash. ``stands``: it still locks the record."""

    signature: Signature
    whole: bool
    same: bool
    stands: bool
    deviations: Sequence[Deviation]
    added: int

    @property
    def valid(self) -> bool:
        return self.whole and self.same

    @property
    def who(self) -> str:
        return name_of(self.signature.created_by)

    @property
    def locks(self) -> bool:
        return self.signature.meaning in reviews.LOCKING

    @property
    def verdict(self) -> str:
        """One sentence: what a reader may rely on."""
        if not self.whole:
            return _("What was signed was changed in the database: its hash no longer fits.")
        if not self.same:
            named = ", ".join(one.label for one in self.deviations[:MOST_NAMED])
            return _("The record was changed since; it differs in: %(fields)s.") % {"fields": named}
        if self.added:
            return _("The record is as it was signed; %(count)s entries came later.") % {"count": self.added}
        return _("The record is as it was signed.")


def check(subject: Subject, actor: Actor) -> list[Checked]:
    """Every signature on a record, oldest first. Codes that the actor may not see are left out of what differs."""
    signatures = reviews.of(subject)
    if not signatures:
        return []
    today = signed_content.of(subject)
    standing = {signature.pk for signature in reviews.standing(subject, signatures)}
    hidden = _hidden([today, *(signature.content for signature in signatures)], actor)
    return [_checked(subject, one, today, one.pk in standing, hidden) for one in signatures]


def content_for(signature: Signature, actor: Actor) -> dict[str, Any] | None:
    """What was signed, to be hashed again by anybody; None where it names samples that the actor may not see."""
    content: dict[str, Any] = signature.content
    return None if _hidden([content], actor) else content


def reopened(checked: Sequence[Checked]) -> Checked | None:
    """The latest opening, where nobody signed since."""
    last = next(
        (one for one in reversed(checked) if one.locks or one.signature.meaning == Meaning.REOPENED), None
    )
    return last if last is not None and not last.locks else None


def before_opening(checked: Sequence[Checked]) -> Checked | None:
    """The signature that the latest opening took the lock from."""
    return next((one for one in reversed(checked) if one.locks), None)


def _checked(
    subject: Subject, signature: Signature, today: Mapping[str, Any], stands: bool, hidden: set[str]
) -> Checked:
    then: Mapping[str, Any] = signature.content
    whole = signed_content.digest(dict(then)) == signature.sha256
    found = list(_deviations(subject, then, today, hidden))
    old, new = _lines(then.get("more", {})), _lines(today.get("more", {}))
    return Checked(signature, whole, not found, stands, found, len(new.keys() - old.keys()))


def _deviations(
    subject: Subject, then: Mapping[str, Any], today: Mapping[str, Any], hidden: set[str]
) -> Iterator[Deviation]:
    for name in sorted({*then, *today} - {"more", "form"}):
        old, new = _lines(then.get(name, {})), _lines(today.get(name, {}))
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield _deviation(subject, name, key, old.get(key), new.get(key), hidden)
    old, new = _lines(then.get("more", {})), _lines(today.get("more", {}))
    for key in sorted(old):
        if old[key] != new.get(key):
            yield Deviation(key, old[key], new.get(key, NOTHING))


def _lines(value: Any, path: str = "") -> dict[str, str]:
    """Nested content as path -> text; rows of a list by their place in it."""
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list):
        inner = {str(number): row for number, row in enumerate(value, start=1)}.items()
    else:
        return {path: str(value)}
    found: dict[str, str] = {}
    for key, one in inner:
        found |= _lines(one, f"{path} · {key}" if path else str(key))
    return found


def _deviation(
    subject: Subject, part: str, key: str, old: str | None, new: str | None, hidden: set[str]
) -> Deviation:
    if part == "record":
        own: Any = subject.own if isinstance(subject, Sample) else subject
        column = own._meta.get_field(key)
        return Deviation(label_of(column), _value(column, old), _value(column, new))
    label = _labels().get(part, part)
    return Deviation(f"{label} · {key}" if key else label, _shown(old, hidden), _shown(new, hidden))


def _value(column: Any, text: str | None) -> str:
    """A signed field as people read it; what it refers to was signed by its name."""
    if not text or column.is_relation:
        return text or NOTHING
    return said(column, text == "true" if isinstance(column, BooleanField) else column.to_python(text))


def _labels() -> dict[str, str]:
    return {
        "planned": _("planned values"),
        "reasons": _("reasons"),
        "made": _("amount made"),
        "inputs": _("what it was made of"),
        "segments": _("programme"),
        "boats": _("boats"),
    }


def _shown(value: str | None, hidden: set[str]) -> str:
    if value in (None, ""):
        return NOTHING
    return _("a sample of another project") if value in hidden else str(value)


def _hidden(contents: Sequence[Mapping[str, Any]], actor: Actor) -> set[str]:
    """The codes of samples in these contents that the actor may not see."""
    codes = {code for content in contents for code in _codes(content)}
    seen = access.visible(Sample.objects.filter(code__in=codes), actor).values_list("code", flat=True)
    return codes - set(seen)


def _codes(content: Mapping[str, Any]) -> Iterator[str]:
    for row in (*content.get("inputs", ()), *content.get("boats", ())):
        yield from (row[name] for name in ("sample", "source", "additive") if row.get(name))
