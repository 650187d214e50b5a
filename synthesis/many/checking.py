"""What is wrong with each row, and what the sound ones would record. Nothing is booked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from synthesis import access, codes, units
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.forms.steps import StepForm
from synthesis.ledger import Take
from synthesis.many import adding_up, reading_values
from synthesis.many.columns import TAKES, UNIT, Column, columns_of
from synthesis.many.forms import RowForms
from synthesis.many.kinds import ManyKind
from synthesis.many.mapping import Entry
from synthesis.many.sources import Sources
from synthesis.models import Sample
from synthesis.units import Quantity


@dataclass
class Ready:
    """What a sound row records: the unsaved record, what was made, what is taken."""

    product: Any
    made: Quantity | None = None
    takes: list[Take] = field(default_factory=list)


@dataclass
class Check:
    """The rows with their faults. ``common_faults`` belong to what was said once for all rows."""

    kind: ManyKind
    columns: list[Column]
    common: dict[str, str]
    entries: list[Entry]
    common_faults: dict[str, list[str]] = field(default_factory=dict)
    ready: dict[int, Ready] = field(default_factory=dict)
    takes: dict[int, list[Take]] = field(default_factory=dict)  # of all rows, sound or not, by place

    @property
    def bad(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.faults]

    @property
    def sound(self) -> bool:
        return bool(self.entries) and not self.bad and not self.common_faults

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def check(
    kind: ManyKind, common: Mapping[str, str], entries: Sequence[Entry], shown: Sequence[str], actor: Actor
) -> Check:
    """Checks every row by the form of its kind, then all together. ``shown`` are the columns that rows have.

    A row's own value comes before the common one. A fault of a common value stands once, beside the common field.
    """
    found = Check(
        kind, columns_of(kind, common, actor), dict(common), [entry for entry in entries if _says(entry)]
    )
    _Checker(found, shown, actor).run()
    return found


def _says(entry: Entry) -> bool:
    return any(entry.values.values()) or bool(entry.faults)


class _Checker:
    def __init__(self, found: Check, shown: Sequence[str], actor: Actor) -> None:
        self.found, self.actor = found, actor
        self.shown = set(shown)
        self.columns = {column.name: column for column in found.columns}
        self.forms = RowForms(found.kind, actor)
        self.roles = [dict(role) for role in found.kind.roles(found.common, actor)]
        self.defaults = self.forms.defaults()
        self.sources = Sources(actor, self._named_samples())
        self.codes = _Codes(found)
        self.rights: dict[int, str] = {}

    def run(self) -> None:
        for place, entry in enumerate(self.found.entries):
            takes = self.found.takes[place] = []
            ready = self._row(entry, takes)
            if ready is not None and not entry.faults:
                self.found.ready[place] = ready
        adding_up.check(self.found)

    def _named_samples(self) -> list[str]:
        names = [name for name, column in self.columns.items() if column.shape == "sample"]
        texts = [self.found.common.get(name, "") for name in names]
        return texts + [entry.values.get(name, "") for entry in self.found.entries for name in names]

    def _row(self, entry: Entry, takes: list[Take]) -> Ready | None:
        own = {name: text for name, text in entry.values.items() if text}
        merged = {**self.found.common, **own}
        data = self._read(entry, merged)
        takes += self._takes(entry, merged)
        code = self.codes.of(entry, self._fault)
        form = self.forms.bound(data)
        if not form.is_valid():
            self._say_errors(entry, form)
            return None
        if entry.faults or self.found.common_faults:
            return None
        return self._ready(entry, form, takes, code)

    def _say_errors(self, entry: Entry, form: Any) -> None:
        for name, errors in form.errors.as_data().items():
            if name in entry.faults or name in self.found.common_faults:
                continue  # what could not be read is not missing besides
            for error in errors:
                missing = error.code == "required" and name in self.columns
                said = _("%(column)s is missing.") % {"column": self.columns[name].label} if missing else ""
                for sentence in [said] if said else error.messages:
                    self._fault(entry, "" if name == NON_FIELD_ERRORS else name, str(sentence))

    def _read(self, entry: Entry, merged: Mapping[str, str]) -> dict[str, Any]:
        """What the form is given. A value that cannot be read is a fault already and is left out."""
        data: dict[str, Any] = dict(self.defaults)
        for name, text in merged.items():
            column = self.columns.get(name)
            if column is None or not text or column.take is not None or name in ("code", UNIT):
                continue
            if name == "amount_made" and merged.get(UNIT) and text[-1:].isdigit():
                text = f"{text} {merged[UNIT]}"  # noqa: PLW2901  # as it would be typed
            try:
                data[name] = reading_values.read(text, column)
            except Refusal as refusal:
                data.pop(name, None)
                self._fault(entry, name, refusal.message)
        return data

    def _takes(self, entry: Entry, merged: Mapping[str, str]) -> list[Take]:
        takes = []
        for number, role in enumerate(self.roles):
            sample, amount = f"{TAKES}-{number}-sample", f"{TAKES}-{number}-amount"
            if not merged.get(amount) and not entry.values.get(sample):
                continue  # a common sample of which this row takes nothing
            try:
                take = self._take(merged.get(sample, ""), merged.get(amount, ""), sample, amount, role)
            except Refusal as refusal:
                self._fault(entry, refusal.field, refusal.message)
            else:
                takes.append(take)
        return takes

    def _take(self, code: str, typed: str, sample: str, amount: str, role: Mapping[str, str]) -> Take:
        if not code:
            raise Refusal(_("Name the sample that this amount was taken from."), field=sample)
        try:
            source = self.sources.find(code)
        except Refusal as refusal:
            raise Refusal(refusal.message, field=sample) from refusal
        if not typed:
            raise Refusal(_("Say how much of %(sample)s was taken.") % {"sample": source}, field=amount)
        try:
            quantity = units.parse(typed, self.columns[amount].unit)
        except Refusal as refusal:
            raise Refusal(refusal.message, field=amount) from refusal
        return Take(source, quantity, role.get("role", ""), field=amount)

    def _ready(self, entry: Entry, form: Any, takes: list[Take], code: str) -> Ready | None:
        product = form.instance
        if not isinstance(form, StepForm):
            return Ready(product)
        try:
            self._require_right(product)
            form.cleaned_data.setdefault("amount_made", None)
            form.finish(product, takes)
        except Refusal as refusal:
            self._fault(entry, refusal.field if refusal.field in self.columns else "", refusal.message)
            return None
        planned = {str(role["role"]): role["planned"] for role in self.roles if role.get("planned")}
        product.planned = {**planned, **product.planned}
        product.code = code
        return Ready(product, form.cleaned_data["amount_made"], takes)

    def _require_right(self, product: Sample) -> None:
        """Asks once per project whether one may log there."""
        if product.project_id not in self.rights:
            try:
                access.require_change(self.actor, product.project)
                self.rights[product.project_id] = ""
            except Refusal as refusal:
                self.rights[product.project_id] = refusal.message
        if self.rights[product.project_id]:
            raise Refusal(self.rights[product.project_id], field="project")

    def _fault(self, entry: Entry, name: str, sentence: str) -> None:
        if name == "" or entry.values.get(name) or name in self.shown:
            entry.fault(name, sentence)
            return
        said = self.found.common_faults.setdefault(name, [])
        if sentence not in said:
            said.append(sentence)


class _Codes:
    """Codes that were given before: in our spelling, none twice in the rows, none that exists already."""

    def __init__(self, found: Check) -> None:
        self.prefix = str(getattr(found.kind.model, "PREFIX", ""))
        self.first: dict[str, int] = {}
        spelt = (self._spelt(entry.values.get("code", "")) for entry in found.entries)
        wanted = {code for code in spelt if code} if self.prefix else set()
        self.taken = (
            set(Sample.objects.filter(code__in=wanted).values_list("code", flat=True)) if wanted else set()
        )

    def _spelt(self, text: str) -> str:
        try:
            return codes.own_code(text, self.prefix) if text else ""
        except Refusal:
            return ""

    def of(self, entry: Entry, fault: Any) -> str:
        """The code of a row, or "" to draw one."""
        text = entry.values.get("code", "")
        if not text or not self.prefix:
            return ""
        try:
            code = codes.own_code(text, self.prefix)
        except Refusal as refusal:
            fault(entry, "code", refusal.message)
            return ""
        if code in self.taken:
            fault(entry, "code", _("%(code)s exists already.") % {"code": code})
        if code in self.first:
            said = _("%(code)s stands in row %(row)s too.")
            fault(entry, "code", said % {"code": code, "row": self.first[code]})
        self.first.setdefault(code, entry.number)
        return code
