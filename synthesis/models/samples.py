"""Sample: the base of everything that can be labelled, weighed, used up or measured. One id space."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from synthesis import codes
from synthesis.records import Record, tracked


class Kind(models.TextChoices):
    LOT = "lot", _("material lot")
    NANOSPONGE = "nanosponge", _("nanosponge batch")
    IMPREGNATED = "impregnated", _("impregnated batch")
    FREEZE_DRIED = "freeze_dried", _("freeze-dried batch")
    ADDITIVE = "additive", _("carbon additive lot")
    ELECTROLYTE = "electrolyte", _("electrolyte batch")
    CATHODE = "cathode", _("composite cathode batch")
    CELL = "cell", _("cell")


class State(models.TextChoices):
    IN_PROGRESS = "in_progress", _("in progress")
    AVAILABLE = "available", _("available")
    HOLD = "hold", _("hold")
    REJECTED = "rejected", _("reject")


class CodeCounter(models.Model):
    """The last number drawn for a code's prefix."""

    prefix = models.CharField(max_length=8, primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"


# Amounts move only through the ledger: whatever else is written into them is put back.
_AMOUNTS_ARE_THE_LEDGERS = """
IF TG_OP = 'INSERT' THEN
    NEW.amount_made := 0;
    NEW.amount_left := 0;
ELSIF pg_trigger_depth() < 2 THEN
    NEW.amount_made := OLD.amount_made;
    NEW.amount_left := OLD.amount_left;
END IF;
RETURN NEW;
"""


# What was signed stays as it was until the review is reopened; where it stands and what is left may move. A row that
# somebody read before the signature and saves after it would take the lock away unseen, so only a reopening does.
_SIGNED_STAYS = """
IF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NULL AND (
    SELECT meaning FROM synthesis_signature WHERE sample_id = OLD.id AND meaning <> 'decided' ORDER BY id DESC LIMIT 1
) IS DISTINCT FROM 'reopened'
THEN
    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code
        USING ERRCODE = 'check_violation';
END IF;
IF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NOT NULL AND (
    (NEW.kind, NEW.code, NEW.name, NEW."group", NEW.project_id, NEW.unit, NEW.made_at, NEW.note, NEW.simulated,
     NEW.protocol_id, NEW.equipment_id, NEW.signed_at, NEW.created_by_id, NEW.created_at)
        IS DISTINCT FROM
    (OLD.kind, OLD.code, OLD.name, OLD."group", OLD.project_id, OLD.unit, OLD.made_at, OLD.note, OLD.simulated,
     OLD.protocol_id, OLD.equipment_id, OLD.signed_at, OLD.created_by_id, OLD.created_at)
    OR (NEW.planned, NEW.reasons) IS DISTINCT FROM (OLD.planned, OLD.reasons))
THEN
    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
_SIGNED_KIND_STAYS = """
IF (TG_OP = 'DELETE' OR to_jsonb(NEW) - ARRAY[{free}]::text[] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{free}]::text[])
    AND EXISTS (SELECT FROM synthesis_sample WHERE id = OLD.sample_ptr_id AND signed_at IS NOT NULL)
THEN
    RAISE EXCEPTION 'sample % is signed: open the review again before it is changed', OLD.sample_ptr_id
        USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""
# To and from hold and reject leads only a verdict, which is written first.
_HELD_BY_A_DECISION = """
IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state IN ('hold', 'rejected') OR NEW.state IN ('hold', 'rejected'))
    AND (CASE NEW.state WHEN 'hold' THEN 'hold' WHEN 'rejected' THEN 'reject' ELSE 'pass' END) IS DISTINCT FROM
        (SELECT verdict FROM synthesis_gatedecision WHERE sample_id = NEW.id ORDER BY id DESC LIMIT 1)
THEN
    RAISE EXCEPTION '% is put on hold, rejected and released by a decision', OLD.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'held_by_a_decision';
END IF;
RETURN NEW;
"""
# Two writers of one slot wait for each other on the place's row; what is used up no longer takes room.
_A_SLOT_IS_FREE = """
DECLARE room integer;
BEGIN
IF NEW.location_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.location_id IS DISTINCT FROM OLD.location_id) THEN
    SELECT capacity INTO room FROM synthesis_place WHERE id = NEW.location_id FOR UPDATE;
    IF room IS NOT NULL AND room <= (
        SELECT count(*) FROM synthesis_sample
         WHERE location_id = NEW.location_id AND id <> NEW.id AND (amount_left > 0 OR amount_made = 0))
    THEN
        RAISE EXCEPTION 'the place is full' USING ERRCODE = 'check_violation', CONSTRAINT = 'a_slot_is_free';
    END IF;
END IF;
RETURN NEW;
END;
"""


def signed_stays(*free: str) -> pgtrigger.Trigger:
    """For the table of a kind: what was signed is neither changed nor deleted there, but for the ``free`` columns."""
    return pgtrigger.Trigger(
        name="signed_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=_SIGNED_KIND_STAYS.format(free=", ".join(f"'{name}'" for name in free)),
    )


@tracked()
class Sample(Record):
    """Anything with a code. The kinds are subclasses with their own columns; the amounts are the ledger's.

    ``group`` is the additive that results are compared by (SP, NPCs, Mo@NPCs, Mo-Ni@NPCs); it is passed on
    down the chain to cathodes and cells.
    """

    KIND: ClassVar[str] = ""
    PREFIX: ClassVar[str] = ""
    UNIT: ClassVar[str] = "g"
    SORTED_BY_KIND: ClassVar[tuple[str, ...]] = ("name", "group", "made_at", "amount_left", "place", "state")

    code = models.CharField(_("code"), max_length=32, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    group = models.CharField(_("additive"), max_length=60, blank=True)
    project = models.ForeignKey(
        "synthesis.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="samples"
    )
    unit = models.CharField(_("unit"), max_length=8, editable=False)
    amount_made = models.DecimalField(
        _("made"), max_digits=20, decimal_places=9, default=Decimal(0), editable=False
    )
    amount_left = models.DecimalField(
        _("left"), max_digits=20, decimal_places=9, default=Decimal(0), editable=False
    )
    made_at = models.DateTimeField(_("made"), db_default=Now())
    place = models.CharField(_("place"), max_length=400, blank=True)
    location = models.ForeignKey(
        "synthesis.Place",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="samples",
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.AVAILABLE)
    note = models.TextField(_("note"), blank=True)
    simulated = models.BooleanField(_("simulated"), default=False, editable=False)
    planned = models.JSONField(_("planned values"), default=dict, blank=True, editable=False)
    reasons = models.JSONField(_("reasons for deviations"), default=dict, blank=True, editable=False)
    protocol = models.ForeignKey(
        "synthesis.ProtocolVersion",
        verbose_name=_("protocol"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="samples",
    )
    equipment = models.ForeignKey(
        "synthesis.Instrument",
        verbose_name=_("equipment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="made_with_it",
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        indexes = (
            models.Index(fields=("project", "kind", "-id"), name="sample_list"),
            models.Index(fields=("kind", "-id"), name="sample_kind"),
            models.Index(fields=("group", "project", "id"), name="sample_groups", condition=Q(group__gt="")),
            models.Index(fields=("kind", "group", "name", "id"), name="sample_of_group_by_name"),
            models.Index(fields=("unit", "amount_left"), name="sample_left_in_unit"),
            # All that a search by the beginning of a code looks at, of however many begin so.
            models.Index(
                OpClass("code", "varchar_pattern_ops"),
                name="sample_by_code",
                include=("id", "kind", "project"),
            ),
            models.Index(fields=("state", "id"), name="sample_not_usual", condition=~Q(state="available")),
            models.Index(fields=("project",), name="sample_simulated", condition=Q(simulated=True)),
            *(
                models.Index(fields=("kind", column, "id"), name=f"sample_by_{column}")
                for column in ("name", "group", "made_at", "amount_left", "place", "state")
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_left__gte=0), name="nothing_below_zero"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="sample_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="sample_state_known"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="amounts_are_the_ledgers",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_AMOUNTS_ARE_THE_LEDGERS,
            ),
            pgtrigger.Trigger(
                name="signed_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_SIGNED_STAYS
            ),
            pgtrigger.Trigger(
                name="held_by_a_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_HELD_BY_A_DECISION,
            ),
            pgtrigger.Trigger(
                name="a_slot_is_free",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_A_SLOT_IS_FREE,
            ),
        )

    def __str__(self) -> str:
        return self.code

    def save(self, *args: object, **kwargs: object) -> None:
        if self._state.adding and self.KIND:
            self.kind = self.KIND
            self.unit = self.unit or self.UNIT
            if self.code:
                codes.claim(self.code, Sample._meta.db_table)
            self.code = self.code or codes.next_code(self.PREFIX)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passes through whatever Django's signature takes

    def get_absolute_url(self) -> str:
        return f"/samples/{self.code}/"

    @property
    def own(self) -> Sample:
        """This sample as its own kind, with that kind's columns."""
        if type(self) is not Sample:
            return self
        for relation in self._meta.related_objects:
            model = relation.related_model
            if (
                relation.one_to_one
                and isinstance(model, type)
                and issubclass(model, Sample)
                and self.kind == model.KIND
            ):
                found: Sample = getattr(self, relation.get_accessor_name() or "")
                return found
        return self
