"""The ledger: every gram that was made, taken, corrected or thrown away, one row each, never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from synthesis.records import Record, tracked

_BOOK = """
UPDATE synthesis_sample
   SET amount_left = amount_left + NEW.delta,
       amount_made = amount_made + CASE WHEN NEW.kind = 'make' THEN NEW.delta ELSE 0 END
 WHERE id = NEW.sample_id;
RETURN NEW;
"""

# What a signed sample was made of, and how much came out, is part of what was signed. The lock waits for whoever is
# signing at this moment, so that no entry slips in between what was signed and the signature.
_SIGNED_MAKING_STAYS = """
PERFORM FROM synthesis_sample
  WHERE id = NEW.product_id OR (NEW.kind = 'make' AND id = NEW.sample_id) FOR KEY SHARE;
IF EXISTS (SELECT FROM synthesis_sample WHERE signed_at IS NOT NULL
            AND (id = NEW.product_id OR (NEW.kind = 'make' AND id = NEW.sample_id)))
THEN
    RAISE EXCEPTION 'the sample is signed: open the review again before it is changed'
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


@tracked()
class LedgerEntry(Record):
    """``delta`` is in the sample's unit, positive for what comes in, negative for what goes out.

    ``product`` is the sample that a use went into; ``role`` says as what ("oil phase", "Mo salt", "boat 2").
    ``entered`` keeps what was typed ("0.005 mol"). ``undoes`` is the entry that a correction takes back, once.
    """

    may_be_undone = False  # set by synthesis.ledger where a reader is shown the entry

    class Kind(models.TextChoices):
        MAKE = "make", _("made")
        USE = "use", _("used")
        CORRECT = "correct", _("corrected")
        DISCARD = "discard", _("discarded")

    # Without an index of its own: the planner would choose that over ``ledger_of_sample`` and sort all uses of a lot.
    sample = models.ForeignKey(
        "synthesis.Sample", on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    delta = models.DecimalField(_("amount"), max_digits=20, decimal_places=9)
    product = models.ForeignKey(
        "synthesis.Sample", on_delete=models.PROTECT, null=True, related_name="inputs"
    )
    role = models.CharField(_("used as"), max_length=80, blank=True)
    entered = models.CharField(_("as typed"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    undoes = models.OneToOneField(
        "self",
        verbose_name=_("undoes"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="undone_by",
    )

    class Meta:
        ordering = ("id",)
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = (models.Index(fields=("sample", "-id"), name="ledger_of_sample"),)
        constraints = (
            models.CheckConstraint(condition=~Q(delta=0), name="ledger_moves_something"),
            models.CheckConstraint(
                condition=Q(kind="make", delta__gt=0)
                | Q(kind__in=("use", "discard"), delta__lt=0)
                | Q(kind="correct"),
                name="ledger_sign_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=True) | Q(kind__in=("use", "correct")),
                name="ledger_product_of_a_use",
            ),
            models.CheckConstraint(
                condition=Q(undoes__isnull=True) | Q(kind="correct"), name="ledger_undone_by_a_correction"
            ),
        )
        triggers = (
            pgtrigger.Trigger(name="book", when=pgtrigger.After, operation=pgtrigger.Insert, func=_BOOK),
            pgtrigger.Trigger(
                name="signed_making_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_SIGNED_MAKING_STAYS,
            ),
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.sample} {self.kind} {self.delta}"


@tracked()
class StockCount(Record):
    """Somebody looked how much is there. ``entry`` is the correction that followed; none where it was as expected."""

    sample = models.ForeignKey("synthesis.Sample", on_delete=models.PROTECT, related_name="counts")
    expected = models.DecimalField(_("expected"), max_digits=20, decimal_places=9)
    counted = models.DecimalField(_("counted"), max_digits=20, decimal_places=9)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, null=True, related_name="count")

    class Meta:
        ordering = ("id",)
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        constraints = (
            models.CheckConstraint(condition=Q(counted__gte=0), name="counted_not_below_zero"),
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(expected=models.F("counted")),
                name="count_apart_is_corrected",
            ),
        )
        triggers = (pgtrigger.Protect(name="count_stays", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.sample} {self.counted}"
